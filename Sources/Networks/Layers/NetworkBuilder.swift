public import Kernels
public import Tensors

/// What the layers of one network ask for while they are built: named numbers, activations and scratch memory.
///
/// A plan is filled once, layer by layer in forward order; `NetworkWorkspace` then holds what was asked for.
public final class NetworkBuilder<Scalar: KernelScalar> {
  /// Trainable parameters.
  public private(set) var parameters = ArenaLayout()
  /// Running means and variances of batch normalization.
  public private(set) var statistics = ArenaLayout()
  /// Singular vectors and spectral norms, of one weight version.
  public private(set) var spectra = ArenaLayout()
  /// Holds every activation that lives from a forward pass to its backward pass.
  public let workspace = Workspace()
  /// The largest number of samples in one pass.
  public let samples: Int
  /// The largest number of shards in one pass.
  public let shards: Int
  /// How many passes make up a batch.
  public let groups: Int
  /// Whether the weights are spectrally normalized.
  public let isSpectrallyNormalized: Bool
  /// How convolutions are computed, where the algorithm covers them.
  public let convolutionAlgorithm: ConvolutionAlgorithm

  /// Every weight that normalization applies to where it is on, in the order of their places.
  public private(set) var spectralWeights: [SpectralWeight<Scalar>] = []

  /// What takes time, in the order in which layers are built, that of their tensors.
  public private(set) var operations: [Operation] = []

  private(set) var convolutions: [(convolution: Convolution, input: Shape)] = []
  private(set) var largestMap = 1
  private(set) var largestParameter = 1
  private(set) var largestOutput = 1

  /// An empty plan for passes of up to `samples` samples in up to `shards` equal shards, `groups` of them for a batch.
  public init(
    samples: Int, shards: Int, groups: Int = 1, isSpectrallyNormalized: Bool,
    convolutionAlgorithm: ConvolutionAlgorithm = .fast
  ) {
    precondition(shards >= 1 && samples % shards == 0, "\(samples) samples in \(shards) shards")
    self.samples = samples
    self.shards = shards
    self.groups = groups
    self.isSpectrallyNormalized = isSpectrallyNormalized
    self.convolutionAlgorithm = convolutionAlgorithm
  }

  /// Asks for a trainable tensor.
  func parameter(
    _ name: String, _ shape: [Int], fileAxes: [Int]? = nil, fileShape: [Int]? = nil, _ initializer: Initializer
  ) -> Range<Int> {
    largestParameter = max(largestParameter, shape.reduce(1, *))
    return parameters.add(name, shape, fileAxes: fileAxes, fileShape: fileShape, initializer)
  }

  /// Asks for a running statistic.
  func statistic(_ name: String, channels: Int, start: Double) -> Range<Int> {
    statistics.add(name, [channels], .constant(start))
  }

  /// Asks for a part of a singular pair.
  func spectrum(
    _ name: String, _ shape: [Int], fileAxes: [Int]? = nil, _ initializer: Initializer
  ) -> Range<Int> {
    let count = shape.reduce(1, *)
    largestOutput = max(largestOutput, count)
    return spectra.add(name, shape, fileAxes: fileAxes, fileShape: [count], initializer)
  }

  /// Announces a weight, which has just asked for its place.
  func note(_ weight: SpectralWeight<Scalar>) {
    let end = spectralWeights.last?.range.upperBound ?? 0
    precondition(weight.range.lowerBound >= end, "'\(weight.name)' is announced after a weight behind it")
    spectralWeights.append(weight)
  }

  /// Asks for a map that outlives the pass, `[samples, …]`.
  public func map(_ height: Int, _ width: Int, _ channels: Int) -> Tensor<Scalar> {
    let shape = Shape(samples, height, width, channels)
    noteMap(shape)
    return workspace.tensor(shape)
  }

  /// Announces a map that a pass will borrow.
  public func noteMap(_ shape: Shape) { largestMap = max(largestMap, shape.count) }

  /// Announces a convolution and its input map for all samples.
  func noteConvolution(_ convolution: Convolution, height: Int, width: Int) {
    let input = Shape(samples / shards, height, width, convolution.inputChannels)
    convolutions.append((convolution, input))
    noteMap(input.withOutermost(samples))
    noteMap(convolution.outputShape(of: input).withOutermost(samples))
  }

  /// Announces what a layer will do.
  func note(_ operation: Operation) { operations.append(operation) }
}

extension NetworkBuilder {
  /// Multiply-adds of one sample, forward, as the direct algorithms count them.
  public var multiplyAdds: Int { operations.reduce(0) { $0 + $1.multiplyAdds } }

  /// The extents of each attention layer.
  var attentions: [AttentionExtents] {
    operations.compactMap {
      guard case .attention(_, let keys, let depth, let width) = $0.kind else { return nil }
      return AttentionExtents(keys: keys, depth: depth, width: width)
    }
  }
}
