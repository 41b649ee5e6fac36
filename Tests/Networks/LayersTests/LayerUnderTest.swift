import Kernels
import Layers
import Tensors
import TestSupport
import Threads

/// A layer built alone, with a plan of its own and random parameters, and the check of its gradients.
final class LayerUnderTest<Layer> {
  let layer: Layer
  let context: NetworkWorkspace<Double>
  let samples: Int

  init(
    samples: Int = 4, shards: Int = 2, normalized: Bool = false, pool: WorkerPool = WorkerPool(threads: 1),
    _ build: (NetworkBuilder<Double>) -> Layer
  ) {
    self.samples = samples
    let plan = NetworkBuilder<Double>(samples: samples, shards: shards, isSpectrallyNormalized: normalized)
    layer = build(plan)
    let weights = Weights(plan)
    weights.initialize(seed: 1, network: .init(rawValue: 1))
    var stream = RandomStream(seed: 2, purpose: .test)
    for entry in weights.parameters.layout.entries {
      guard case .constant(let start) = entry.initializer else { continue }
      for i in entry.range { weights.parameters.values[i] = start + 0.5 * stream.normal() }
    }
    context = NetworkWorkspace(plan, weights: weights, isTrained: true, pool: pool)
  }

  /// Checks a layer's gradients, of every parameter and of its input.
  ///
  /// - Parameters:
  ///   - x: The input.
  ///   - source: Gives further tensors.
  ///   - labels: The class of each sample.
  /// - Returns: One finding per parameter, and one named `x`.
  func findings(
    _ x: Tensor<Double>, _ source: TensorSource, labels: Labels
  ) -> [GradientFinding] where Layer: MapLayer<Double> {
    let pass = LayerPass<Double>(labels: labels)
    let y = layer.forward(x, pass, context)
    let weights: Tensor<Double> = source.normal(y.shape)
    let dy = context.maps.borrow(y.shape)
    dy.copy(from: weights)
    context.gradients.values.update(repeating: .nan)
    guard let borrowed = layer.backward(x, dy, pass, context) else { return [.init(name: "x", error: .infinity)] }
    let dx = borrowed.numbers
    context.maps.giveBack(borrowed)
    guard context.maps.isWhole else { return [.init(name: "a map that was not given back", error: .infinity)] }
    func evaluate() -> ProbedLoss {
      let loss = innerProduct(of: layer.forward(x, pass, context).numbers, weights.numbers)
      let recorder = DecisionRecorder()
      layer.record(x, recorder)
      return ProbedLoss(loss: loss, decisions: recorder.decisions)
    }
    var check = GradientCheck()
    let parameters = check.findings(context.weights.parameters, context.gradients, evaluate)
    return parameters + [.init(name: "x", error: check.error(of: x.elements, gradient: dx, evaluate))]
  }
}
