public import Kernels
public import Tensors

/// The generator's first layer: a linear one from latent vectors `[N, I]` to maps `[N, side, side, C]`.
public final class LatentLayer<Scalar: KernelScalar>: MapLayer {
  /// What precedes the names of the layer's tensors.
  public let name: String
  private let linear: LinearLayer<Scalar>
  private let y: Tensor<Scalar>

  /// A layer from vectors of `inputs` numbers to maps of `side` × `side` with `channels` channels.
  public init(_ plan: NetworkBuilder<Scalar>, _ name: String, inputs: Int, side: Int, channels: Int) {
    self.name = name
    linear = LinearLayer(plan, name, inputs: inputs, side: side, channels: channels)
    y = plan.map(side, side, channels)
  }

  /// Returns the maps, which this layer holds until the next forward pass.
  public func forward(
    _ x: Tensor<Scalar>, _ pass: LayerPass<Scalar>, _ context: NetworkWorkspace<Scalar>
  ) -> Tensor<Scalar> {
    let y = y[rows: 0..<x.shape[0]]
    linear.forward(x, into: flat(y), context)
    return y
  }

  /// Backward; takes the borrowed `dy` and returns nothing: nobody wants the gradient of latent vectors.
  public func backward(
    _ x: Tensor<Scalar>, _ dy: Tensor<Scalar>, _ pass: LayerPass<Scalar>, _ context: NetworkWorkspace<Scalar>
  ) -> Tensor<Scalar>? {
    if pass.updatesWeights { linear.backwardWeights(x, flat(dy), context) }
    context.maps.giveBack(dy)
    return nil
  }

  /// Nothing: there are no decisions.
  public func record(_ x: Tensor<Scalar>, _ recorder: any ActivationRecorder) {}

  private func flat(_ map: Tensor<Scalar>) -> Tensor<Scalar> {
    let n = map.shape[0]
    return map.reshaped(Shape(n, map.count / max(n, 1)))
  }
}
