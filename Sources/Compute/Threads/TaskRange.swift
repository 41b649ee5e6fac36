internal import Synchronization

/// Tasks next to each other, which the thread that they are meant for takes from one end and others from the other.
///
/// Tasks next to each other read and write memory next to each other. With two threads in turn at them, each would ask for
/// lines ahead that the other one is about to write.
final class TaskRange: Sendable {
  /// The first task that is left and the one after the last, 32 bits each.
  private let ends = Atomic<UInt64>(0)

  func set(_ tasks: Range<Int>) {
    ends.store(Self.packed(UInt32(tasks.lowerBound), UInt32(tasks.upperBound)), ordering: .relaxed)
  }

  func takeFirst() -> Int? {
    take { first, end in (Int(first), Self.packed(first &+ 1, end)) }
  }

  func takeLast() -> Int? {
    take { first, end in (Int(end) &- 1, Self.packed(first, end &- 1)) }
  }

  @inline(__always)
  private func take(_ choice: (_ first: UInt32, _ end: UInt32) -> (task: Int, left: UInt64)) -> Int? {
    var old = ends.load(ordering: .relaxed)
    while true {
      let (first, end) = (UInt32(truncatingIfNeeded: old), UInt32(truncatingIfNeeded: old >> 32))
      if first >= end { return nil }
      let (task, left) = choice(first, end)
      let (exchanged, found) = ends.weakCompareExchange(expected: old, desired: left, ordering: .relaxed)
      if exchanged { return task }
      old = found
    }
  }

  @inline(__always)
  private static func packed(_ first: UInt32, _ end: UInt32) -> UInt64 { UInt64(first) | UInt64(end) << 32 }
}
