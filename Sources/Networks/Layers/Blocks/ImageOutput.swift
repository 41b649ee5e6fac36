public import Kernels
public import Tensors

/// The generator's last layer, `tanh(convolution(relu(norm(x))))`: images in −1…1.
public final class ImageOutput<Scalar: KernelScalar>: MapLayer {
  /// What precedes the names of the convolution's tensors; those of batch norm are `bn.…`.
  public let name: String
  /// The images of the last pass, and room for as many as were planned.
  package let images: Tensor<Scalar>
  private let norm: BatchNormLayer<Scalar>
  private let convolution: ConvolutionLayer<Scalar>

  /// A layer from maps of `side` × `side` with `channels` channels to images with `imageChannels`.
  public init(_ plan: NetworkBuilder<Scalar>, _ name: String, channels: Int, side: Int, imageChannels: Int) {
    self.name = name
    norm = BatchNormLayer(plan, "bn", channels: channels, side: side, classes: nil)
    convolution = ConvolutionLayer(
      plan, name, Convolution(kernelSize: 3, inputChannels: channels, outputChannels: imageChannels), height: side,
      width: side)
    images = plan.map(side, side, imageChannels)
  }

  /// Returns the images, which this layer holds until the next forward pass.
  public func forward(
    _ x: Tensor<Scalar>, _ pass: LayerPass<Scalar>, _ context: NetworkWorkspace<Scalar>
  ) -> Tensor<Scalar> {
    let result = images[rows: 0..<x.shape[0]]
    convolution.forward(x, norm.forward(x, nil, pass.statistics, context), into: result, context)
    hyperbolicTangent(result, pool: context.pool)
    return result
  }

  /// Backward; takes the borrowed `dy` and returns a borrowed gradient of `x`.
  public func backward(
    _ x: Tensor<Scalar>, _ dy: Tensor<Scalar>, _ pass: LayerPass<Scalar>, _ context: NetworkWorkspace<Scalar>
  ) -> Tensor<Scalar>? {
    let n = x.shape[0]
    hyperbolicTangentBackward(images[rows: 0..<n], dy, pool: context.pool)
    let dx = context.maps.borrow(x.shape)
    convolution.backwardInput(dy, into: dx, context)
    convolution.backwardWeights(x, norm.prologue(n), dy, context)
    context.maps.giveBack(dy)
    norm.backward(x, dx, nil, context)
    return dx
  }

  /// Hands the mask of the last forward pass to `recorder`.
  public func record(_ x: Tensor<Scalar>, _ recorder: any ActivationRecorder) {
    recorder.record(mask: "relu", x, norm.prologue(x.shape[0]))
  }

  /// Sums the batch statistics of the normalization over this rank's shards.
  public func sumBatchStatistics(_ x: Tensor<Scalar>, _ context: NetworkWorkspace<Scalar>) {
    norm.sumBatchStatistics(rowsPerShard: x.shape[0] / context.shards * x.shape[1] * x.shape[2], context)
  }
}
