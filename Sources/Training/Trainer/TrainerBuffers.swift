package import Kernels
package import Networks
package import Tensors

/// Inputs and gradients of a step that belong to neither network; planned once.
///
/// All but the latent vectors, the classes and the sums are those of a group of shards.
package final class StepBuffers<Scalar: KernelScalar> {
  package let workspace = Workspace()
  /// `[samples, latentSize]`.
  package let latents: Tensor<Scalar>
  /// Classes of generated images.
  package let labels: UnsafeMutableBufferPointer<Int32>
  /// The discriminator's input: shard by shard, real images and then generated ones; of a generator's update where images are
  /// augmented.
  package let images: Tensor<Scalar>
  /// The classes of `images`.
  package let imageLabels: UnsafeMutableBufferPointer<Int32>
  /// How each of `images` is augmented; empty where none is.
  package let augmentations: UnsafeMutableBufferPointer<ImageAugmentation>
  /// The gradient of the generated images of a generator's update; empty where none is augmented.
  package let dImages: Tensor<Scalar>
  /// `[samples, 1]`.
  package let dLogits: Tensor<Scalar>
  /// `[samples, classes]` with an auxiliary classifier.
  package let dClassLogits: Tensor<Scalar>
  /// Sums of a pass, one entry per shard of this rank.
  package let shardSums: UnsafeMutableBufferPointer<LossSums>
  /// How attention was spread in a pass, one entry per shard of this rank and layer.
  package let attention: UnsafeMutableBufferPointer<AttentionSpread.Measures>
  /// Sums over all images of how the generator's attention was spread in its last measured pass, by layer.
  package let generatorAttention: UnsafeMutableBufferPointer<AttentionSpread.Measures>
  /// The same for the discriminator.
  package let discriminatorAttention: UnsafeMutableBufferPointer<AttentionSpread.Measures>
  /// Sums of a pass, as they go over the wire, and behind them how many ranks were told to stop, how many have lost
  /// parameters, what rank 0 announces, and how attention was spread, two numbers a layer.
  package let sums: UnsafeMutableBufferPointer<Double>

  init(
    _ generator: GeneratorArchitecture, _ discriminator: DiscriminatorArchitecture, realSamples: Int,
    generatorSamples: Int, shards: Int, groups: Int, isAugmenting: Bool
  ) {
    let samples = max(realSamples, generatorSamples)
    let judged = max(2 * realSamples, generatorSamples)
    let side = generator.resolution
    latents = workspace.tensor(Shape(groups * samples, generator.latentSize))
    labels = workspace.buffer(groups * samples, of: Int32.self)
    images = workspace.tensor(Shape(isAugmenting ? judged : 2 * realSamples, side, side, generator.imageChannels))
    augmentations = workspace.buffer(isAugmenting ? judged : 0, of: ImageAugmentation.self)
    dImages = workspace.tensor(Shape(isAugmenting ? generatorSamples : 0, side, side, generator.imageChannels))
    imageLabels = workspace.buffer(2 * realSamples, of: Int32.self)
    dLogits = workspace.tensor(Shape(judged, 1))
    dClassLogits = workspace.tensor(
      Shape(discriminator.head == .classifier ? judged : 0, discriminator.classes))
    shardSums = workspace.buffer(groups * shards, of: LossSums.self)
    generatorAttention = workspace.buffer(generator.attentionCount, of: AttentionSpread.Measures.self)
    discriminatorAttention = workspace.buffer(discriminator.attentionCount, of: AttentionSpread.Measures.self)
    let layers = max(generator.attentionCount, discriminator.attentionCount)
    attention = workspace.buffer(groups * shards * layers, of: AttentionSpread.Measures.self)
    sums = workspace.buffer(SIMD8<Double>.scalarCount + 3 + 2 * layers, of: Double.self)
  }
}
