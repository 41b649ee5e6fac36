public import Tensors

/// Exponential moving average: `average ← decay · average + (1 − decay) · values`; a copy where `decay` is 0.
///
/// - Parameters:
///   - average: The average so far.
///   - values: The present numbers, in the same layout.
///   - decay: Share of the past.
///   - pool: Shares out blocks.
public func updateAverage<Scalar: TensorScalar>(
  _ average: Arena<Scalar>, with values: Arena<Scalar>, decay: Double, pool: WorkerPool
) {
  if decay == 0 { return average.copy(from: values) }
  precondition(average.values.count == values.values.count, "an average of another layout")
  averageSweep(
    average.values, values.values, decay: Scalar(decay), rest: Scalar(1 - decay), pool: pool)
}

@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
func averageSweep<Scalar: TensorScalar>(
  _ average: UnsafeMutableBufferPointer<Scalar>, _ values: UnsafeMutableBufferPointer<Scalar>, decay: Scalar,
  rest: Scalar, pool: WorkerPool
) {
  guard let a = average.baseAddress, let w = values.baseAddress else { return }
  forEachSweepBlock(of: average.count, pool: pool) { range in
    for i in range { a[i] = decay * a[i] + rest * w[i] }
  }
}
