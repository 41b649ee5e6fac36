public import Tensors

/// What becomes of attention's weights beside their product with the values: nothing is computed a second time.
///
/// A value without closures: attention that is watched allocates nothing either.
public struct AttentionWatch<Scalar: KernelScalar>: @unchecked Sendable {
  /// Receives all weights, `[N, Q, K]`.
  public var weights: Tensor<Scalar>?
  /// Measures them.
  public var spread: AttentionSpread?
  /// Receives the measures of each image, which are added to what is there; the worker that has an image writes its own.
  public var measures: UnsafeMutablePointer<AttentionSpread.Measures>?

  /// Nothing is kept.
  public init() {}

  /// The same, where the numbers are of single precision.
  var singlePrecision: AttentionWatch<Float> {
    var result = AttentionWatch<Float>()
    result.weights = weights?.singlePrecision
    (result.spread, result.measures) = (spread, measures)
    return result
  }

  /// Takes the weights of some of an image's queries, `[rows, keys]`.
  @inline(__always)
  func see(_ sample: Int, _ queries: Range<Int>, _ part: UnsafePointer<Scalar>) {
    if let weights {
      let (rows, keys) = (weights.shape[1], weights.shape[2])
      (weights.base + (sample * rows + queries.lowerBound) * keys).update(from: part, count: queries.count * keys)
    }
    if let spread, let measures { measures[sample] += spread.part(of: part, queries) }
  }
}
