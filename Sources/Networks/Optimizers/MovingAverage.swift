public import Tensors
public import Threads

/// An exponential moving average of numbers: `average ← decay · average + (1 − decay) · values`; a copy where `decay` is 0.
public struct MovingAverage<Scalar: TensorScalar> {
  /// The average so far.
  public let numbers: Arena<Scalar>
  /// Share of the past.
  public let decay: Double

  /// An average that moves by `decay`.
  public init(_ numbers: Arena<Scalar>, decay: Double) {
    self.numbers = numbers
    self.decay = decay
  }

  /// Moves the average towards `values`, which have the same layout.
  public func update(with values: Arena<Scalar>, pool: WorkerPool) {
    precondition(numbers.values.count == values.values.count, "an average of another layout")
    averageSweep(AverageSweep(self), values.values, pool: pool)
  }
}

/// A moving average as a sweep sees it: its numbers, and coefficients rounded once.
///
/// Tasks share it, each with its own block.
struct AverageSweep<Scalar: TensorScalar>: @unchecked Sendable {
  private let numbers: UnsafeMutableBufferPointer<Scalar>
  private let decay: Scalar
  private let rest: Scalar

  init(_ average: MovingAverage<Scalar>) {
    numbers = average.numbers.values
    decay = Scalar(average.decay)
    rest = Scalar(1 - average.decay)
  }

  /// Moves a block towards `values`.
  @inline(__always)
  func follow(_ values: UnsafePointer<Scalar>, _ block: Range<Int>) {
    guard let a = numbers.baseAddress else { return }
    if decay == 0 {
      for i in block { a[i] = values[i] }
    } else {
      for i in block { a[i] = decay * a[i] + rest * values[i] }
    }
  }
}

@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
func averageSweep<Scalar: TensorScalar>(
  _ average: AverageSweep<Scalar>, _ values: UnsafeMutableBufferPointer<Scalar>, pool: WorkerPool
) {
  guard let w = values.baseAddress else { return }
  let shared = Shared(w)
  forEachSweepBlock(of: values.count, pool: pool) { block, _ in average.follow(shared.pointer, block) }
}
