package import Files
public import Tensors

/// The geometry of a convolution with stride 1 and zero padding, possibly fused with a change of resolution.
///
/// Images are `[N, H, W, C]`, weights `[k, k, C, O]`: tap row, tap column, input channel, output channel; or with the fast
/// algorithm `[k, k, O / 32, C, 32]`.
public struct Convolution: Hashable, Sendable {
  /// A change of resolution that belongs to the convolution.
  public enum Resampling: Hashable, Sendable {
    /// None: the output has the input's height and width.
    case none
    /// Nearest-neighbour × 2 before the convolution.
    case upsample
    /// 2 × 2 average pooling, stride 2, after the convolution.
    case averagePool
  }

  /// Height and width of the filters: 1 or 3; the padding is its half.
  public let kernelSize: Int
  /// Channels of the input.
  public let inputChannels: Int
  /// Channels of the output.
  public let outputChannels: Int
  /// The change of resolution.
  public let resampling: Resampling
  /// How it is computed, which also decides the order of its filters; direct unless `adopting` has found better.
  public internal(set) var algorithm = ConvolutionAlgorithm.direct
  /// The caches that passes of the fast algorithm are cut for, which changes no bit.
  package var caches = CacheSizes.machine

  /// A convolution's geometry.
  public init(
    kernelSize: Int, inputChannels: Int, outputChannels: Int, resampling: Resampling = .none
  ) {
    precondition(kernelSize == 1 || kernelSize == 3, "filters are 1 × 1 or 3 × 3")
    precondition(kernelSize == 3 || resampling == .none, "1 × 1 convolutions run at the low resolution")
    self.kernelSize = kernelSize
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.resampling = resampling
  }

  /// Taps times input channels: the terms of one output element.
  public var depth: Int { kernelSize * kernelSize * inputChannels }

  /// Number of weights.
  public var weightCount: Int { depth * outputChannels }

  /// The shape of the output for an input of `shape`, `[N, H, W, C]`.
  public func outputShape(of shape: Shape) -> Shape {
    precondition(
      shape.rank == 4 && shape[3] == inputChannels,
      "a convolution of \(inputChannels) channels expects [N, H, W, \(inputChannels)], got \(shape)")
    switch resampling {
    case .none: return Shape(shape[0], shape[1], shape[2], outputChannels)
    case .upsample: return Shape(shape[0], 2 * shape[1], 2 * shape[2], outputChannels)
    case .averagePool:
      precondition(shape[1] % 2 == 0 && shape[2] % 2 == 0, "2 × 2 pooling of \(shape)")
      return Shape(shape[0], shape[1] / 2, shape[2] / 2, outputChannels)
    }
  }

  /// Multiply-adds of one image of `height` × `width` inputs, as the direct algorithm counts them.
  public func multiplyAdds(height: Int, width: Int) -> Int {
    (resampling == .upsample ? 4 : 1) * height * width * weightCount
  }
}

/// What is added to a convolution's output: a bias per channel and a residual of the output's shape.
public struct Epilogue<Scalar: KernelScalar>: Sendable {
  /// A second summand of the output.
  public enum Residual: Sendable {
    /// No second summand.
    case none
    /// A map of the output's shape.
    case same(Tensor<Scalar>)
    /// A map of half the output's height and width, nearest-neighbour upsampled as it is added.
    case upsampled(Tensor<Scalar>)
  }

  /// `[O]`, or none.
  public var bias: Tensor<Scalar>?
  /// The second summand.
  public var residual: Residual

  /// An epilogue of its parts.
  public init(bias: Tensor<Scalar>? = nil, residual: Residual = .none) {
    self.bias = bias
    self.residual = residual
  }
}
