/// One contiguous, 64-byte aligned block of numbers in the order of an `ArenaLayout`: the values of a network, their
/// gradients, a moment of the optimizer, a moving average.
///
/// As all of them share the layout, a range names the same parameters in each. Tasks write disjoint ranges, as in a `Tensor`.
public final class Arena<Scalar: TensorScalar>: @unchecked Sendable {
  /// What lies where.
  public let layout: ArenaLayout
  /// All numbers, padding (always zero) included.
  public let values: UnsafeMutableBufferPointer<Scalar>
  private let memory: UnsafeMutableRawBufferPointer

  /// A block of zeros.
  public init(_ layout: ArenaLayout) {
    self.layout = layout
    memory = LazyMemory.reserve(max(layout.count, 1) * MemoryLayout<Scalar>.stride)
    let base = memory.baseAddress?.bindMemory(to: Scalar.self, capacity: layout.count)
    values = UnsafeMutableBufferPointer(start: base, count: layout.count)
  }

  deinit { LazyMemory.release(memory) }

  /// A view of `range` as a tensor of `shape`.
  public func tensor(_ range: Range<Int>, _ shape: Shape) -> Tensor<Scalar> {
    precondition(
      range.upperBound <= values.count && range.count == shape.count,
      "\(range) of an arena of \(values.count) as \(shape)")
    guard let base = values.baseAddress else { preconditionFailure("a view of an empty arena") }
    return Tensor(base + range.lowerBound, shape)
  }

  /// Copies all numbers of an arena with the same layout.
  public func copy(from other: Arena) {
    precondition(other.values.count == values.count, "arenas of different layouts")
    _ = values.update(fromContentsOf: other.values)
  }

  /// The numbers of `entry`, in file order.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func fileOrder(_ entry: ArenaLayout.Entry) -> [Scalar] {
    let numbers = UnsafeMutableBufferPointer(rebasing: values[entry.range])
    return [Scalar](unsafeUninitializedCapacity: numbers.count) { result, count in
      entry.forEachInFileOrder { result.initializeElement(at: $0, to: numbers[$1]) }
      count = numbers.count
    }
  }

  /// Sets the numbers of `entry` from `numbers`, which are in file order.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func setFileOrder(_ entry: ArenaLayout.Entry, _ numbers: [Scalar]) {
    precondition(numbers.count == entry.range.count, "\(entry.name) has \(entry.range.count) numbers")
    let own = UnsafeMutableBufferPointer(rebasing: values[entry.range])
    numbers.withUnsafeBufferPointer { numbers in entry.forEachInFileOrder { own[$1] = numbers[$0] } }
  }
}
