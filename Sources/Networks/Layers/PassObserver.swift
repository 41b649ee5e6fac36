package import Kernels
package import Tensors

/// Is shown what a pass through a network computes on its way, while it computes it.
///
/// What it is shown is the pass's own memory, valid until the call returns: it copies what it keeps and changes nothing.
package protocol PassObserver<Scalar>: AnyObject {
  /// The number type.
  associatedtype Scalar: KernelScalar

  /// Is shown one shard's gradient of a parameter, before it is added to those of other shards.
  ///
  /// - Parameters:
  ///   - gradient: With respect to W/σ where the parameter W is spectrally normalized.
  ///   - range: Where the parameter lies.
  ///   - shard: Which shard of the pass.
  func observe(_ gradient: Tensor<Scalar>, of range: Range<Int>, shard: Int)

  /// Is told of a parameter whose gradient is that of another one, in each shard.
  func observeEqualGradients(of range: Range<Int>, and other: Range<Int>)

  /// Whether it wants to see attention's weights, which take memory.
  var seesAttention: Bool { get }

  /// Is shown the softmax weights of an attention layer's forward pass.
  ///
  /// - Parameters:
  ///   - weights: `[N, queries, keys]`.
  ///   - name: The layer's, for instance `block0.attention`.
  func observe(attention weights: Tensor<Scalar>, of name: String)
}
