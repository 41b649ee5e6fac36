package import Tensors
package import Threads

/// A network that turns pictures into features, and into logits where it has classes.
///
/// A picture's features have the same bits whatever pictures are beside it, on any number of threads.
package protocol FeatureExtractor: AnyObject, Sendable {
  /// The name in options and in the names of scores: `inception`, `lite0`, `classifier`.
  var name: String { get }
  /// What identifies the weights: digits that belong into a score's protocol.
  var digest: String { get }
  /// Height, width and channels of the pictures, which the caller has resized and scaled.
  var input: Shape { get }
  /// Numbers of a picture's features.
  var featureCount: Int { get }
  /// Numbers of a picture's logits; `nil` where there are no classes.
  var logitCount: Int? { get }
  /// What some tools add to the logits, and others leave out; as many as there are logits.
  var logitBias: [Float] { get }
  /// Most threads of a pool.
  var threads: Int { get }

  /// Computes features and logits.
  ///
  /// One call at a time: it uses memory that was planned once.
  ///
  /// - Parameters:
  ///   - images: `[N, H, W, C]`, resized and scaled.
  ///   - features: `[N, featureCount]`, overwritten.
  ///   - logits: `[N, logitCount]`, overwritten, without `logitBias`; or none.
  ///   - pool: Shares out pictures.
  func extract(_ images: Tensor<Float>, features: Tensor<Float>, logits: Tensor<Float>?, pool: WorkerPool)
}
