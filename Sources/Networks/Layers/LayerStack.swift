public import Kernels
public import Tensors

/// Layers one behind the other, and what each of them was given in the last forward pass.
public final class LayerStack<Scalar: KernelScalar> {
  private let layers: [any MapLayer<Scalar>]
  private var inputs: [Tensor<Scalar>]
  /// What the last layer has put out in the last forward pass.
  public private(set) var output: Tensor<Scalar>

  /// Layers that `plan` was asked for, in forward order.
  public init(_ plan: NetworkBuilder<Scalar>, _ layers: [any MapLayer<Scalar>]) {
    self.layers = layers
    let nothing: Tensor<Scalar> = plan.workspace.tensor(Shape(0))
    inputs = layers.map { _ in nothing }
    output = nothing
  }

  /// The attention layers, in forward order.
  public var attentions: [SelfAttention<Scalar>] { layers.compactMap { $0 as? SelfAttention<Scalar> } }

  /// Takes `x` through all layers; it must stay until the backward pass.
  public func forward(
    _ x: Tensor<Scalar>, _ pass: LayerPass<Scalar>, _ context: NetworkWorkspace<Scalar>
  ) -> Tensor<Scalar> {
    output = x
    for index in layers.indices {
      inputs[index] = output
      output = layers[index].forward(output, pass, context)
    }
    return output
  }

  /// Takes the borrowed gradient of the output back, and returns the borrowed gradient of the input where it is wanted.
  public func backward(
    _ dy: Tensor<Scalar>, _ pass: LayerPass<Scalar>, _ context: NetworkWorkspace<Scalar>
  ) -> Tensor<Scalar>? {
    var dx = dy
    for index in layers.indices.reversed() {
      var own = pass
      own.needsInputGradient = index > 0 || pass.needsInputGradient
      guard let gradient = layers[index].backward(inputs[index], dx, own, context) else { return nil }
      dx = gradient
    }
    return dx
  }

  /// Hands the decisions of the last forward pass to `recorder`.
  public func record(_ recorder: any ActivationRecorder) {
    for (layer, input) in zip(layers, inputs) { layer.record(input, recorder) }
  }

  /// Sums the batch statistics of the last forward pass over this rank's shards.
  public func sumBatchStatistics(_ context: NetworkWorkspace<Scalar>) {
    for index in layers.indices { layers[index].sumBatchStatistics(inputs[index], context) }
  }

  /// What the layers were given in the last forward pass, in its order, with names for people.
  package var maps: [(name: String, map: Tensor<Scalar>)] {
    zip(layers, inputs).map { ("the input of '\($0.name)'", $1) }
  }
}
