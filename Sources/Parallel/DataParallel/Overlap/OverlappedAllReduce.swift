internal import MPI

/// A sum over ranks that begins while parts of the buffer are still being written.
///
/// Parts are cut into slices in the order in which they are marked as ready, which is the same on all ranks. Small ones wait for
/// the end, when they are put together with whatever was not marked: few large messages instead of many small ones.
///
/// Open MPI moves data only inside of calls. Somebody has to make them while gradients are computed: either the thread that
/// computes them, at times, or a thread of its own, which sleeps between calls so that it takes little from the others where
/// it has no core of its own. All state is touched in turn alone (`ProgressThread`), which is why that thread may have it.
final class OverlappedAllReduce: @unchecked Sendable {
  /// Parts that are smaller than this share of the buffer wait for the end.
  static let leastShare = 64

  private let reduction: CanonicalReduction
  private let communicator: Communicator
  private let calls: ProgressThread
  private let failure: GroupFailure
  private var buffer = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  private var count = 0
  private var isDouble = false
  private var isUnderWay = false
  /// Parts that were marked, in that order; those before `next` are under way or done.
  private var parts: [Range<Int>] = []
  private var next = 0
  private var rest = 0..<0
  /// The same parts by place.
  private var covered: [Range<Int>] = []
  /// What is summed at the end, put together.
  private var remainder = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  init(
    _ reduction: CanonicalReduction, over communicator: Communicator, calls: ProgressThread, _ failure: GroupFailure
  ) {
    (self.reduction, self.communicator, self.calls, self.failure) = (reduction, communicator, calls, failure)
    // A step allocates nothing; there are fewer parts than this, as each is a larger share.
    parts.reserveCapacity(Self.leastShare)
    covered.reserveCapacity(Self.leastShare)
  }

  deinit { remainder.deallocate() }

  /// Begins with a buffer, no part of which is final.
  func begin<Scalar: MPIScalar & FloatingPoint>(_ buffer: UnsafeMutableBufferPointer<Scalar>) {
    calls.inTurn {
      if isUnderWay { fatalError("a sum over ranks was begun on a channel before the last one was finished") }
      isUnderWay = true
      self.buffer = UnsafeMutableRawBufferPointer(buffer)
      count = buffer.count
      isDouble = Scalar.self == Double.self
      parts.removeAll(keepingCapacity: true)
      covered.removeAll(keepingCapacity: true)
      (next, rest) = (0, 0..<0)
    }
  }

  /// Notes that a part will not be written to any more, and moves on what is under way if no thread does.
  func markReady(_ part: Range<Int>, isPolling: Bool) {
    if isPolling {
      calls.inTurn {
        note(part)
        _ = advance()
      }
    } else {
      calls.inTurn(handingOver: self) { note(part) }
    }
  }

  private func note(_ part: Range<Int>) {
    guard part.count * Self.leastShare > count else { return }
    parts.append(part)
    covered.insert(part, at: covered.firstIndex { $0.lowerBound > part.lowerBound } ?? covered.count)
  }

  /// Waits until the whole buffer is summed.
  func finish() {
    calls.inTurn(takingBack: self) {
      while !isDone { _ = advance() }
      defer { isUnderWay = false }
      do throws(MPIError) {
        if isDouble { try sumRemainder(Double.self) } else { try sumRemainder(Float.self) }
      } catch {
        failure.end(communicator, error)
      }
    }
  }

  /// Sums everything between the parts that were marked.
  private func sumRemainder<Scalar: MPIScalar & FloatingPoint>(_ type: Scalar.Type) throws(MPIError) {
    let numbers = buffer.bindMemory(to: Scalar.self)
    let size = count - covered.reduce(0) { $0 + $1.count }
    // Grows in a buffer's first step alone.
    if remainder.count < size * MemoryLayout<Scalar>.stride {
      remainder.deallocate()
      remainder = .allocate(byteCount: size * MemoryLayout<Scalar>.stride, alignment: 64)
    }
    let together = UnsafeMutableBufferPointer(rebasing: remainder.bindMemory(to: Scalar.self)[0..<size])
    forEachGap { gap, place in
      _ = UnsafeMutableBufferPointer(rebasing: together[place...]).update(fromContentsOf: numbers[gap])
    }
    try reduction.sum(together)
    forEachGap { gap, place in
      _ = UnsafeMutableBufferPointer(rebasing: numbers[gap])
        .update(fromContentsOf: together[place..<place + gap.count])
    }
  }

  /// Calls `body` with each range between the marked parts, and how many elements earlier ones have.
  private func forEachGap(_ body: (_ gap: Range<Int>, _ place: Int) -> Void) {
    var (end, place) = (0, 0)
    for index in 0...covered.count {
      let next = index < covered.count ? covered[index] : count..<count
      if end < next.lowerBound { body(end..<next.lowerBound, place) }
      place += next.lowerBound - end
      end = next.upperBound
    }
  }

  /// Whether nothing is left of the parts that were marked.
  var isDone: Bool { next == parts.count && rest.isEmpty && reduction.isIdle }

  /// Goes on as far as the partners' messages allow; returns whether something was done.
  func advance() -> Bool {
    do {
      return isDouble ? try advance(Double.self) : try advance(Float.self)
    } catch {
      failure.end(communicator, error)
    }
  }

  private func advance<Scalar: MPIScalar & FloatingPoint>(_ type: Scalar.Type) throws(MPIError) -> Bool {
    if rest.isEmpty, next < parts.count {
      rest = parts[next]
      next += 1
    }
    var slices = buffer.bindMemory(to: Scalar.self)[rest]
    let isMoving = try reduction.advance(&slices)
    rest = slices.startIndex..<slices.endIndex
    return isMoving
  }
}
