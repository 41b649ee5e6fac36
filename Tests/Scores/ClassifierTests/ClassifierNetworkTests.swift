import Classifier
import Kernels
import Layers
import Networks
import Tensors
import TestSupport
import Testing
import Threads

@Suite("Classifier's network") struct ClassifierNetworkTests {
  @Test("the gradients of the cross-entropy are those of finite differences", arguments: [1, 3])
  func gradients(channels: Int) {
    withTensors { source in
      let recipe = ClassifierRecipe(resolution: 16, channels: channels, classes: 5)
      let (n, pool) = (6, WorkerPool(threads: 1))
      let network = ClassifierNetwork<Double>(recipe.architecture, samples: n, shards: 2, isTrained: true, pool: pool)
      let parameters = network.context.weights.parameters
      parameters.initialize(seed: 3, purpose: .init(rawValue: 1), owner: .none)
      let images: Tensor<Double> = source.normal(Shape(n, 8, 8, 4 * channels))
      let labels = source.labels(n, below: 5)
      let gradient: Tensor<Double> = source.zeros(Shape(n, 5))
      func evaluate() -> ProbedLoss {
        var sums = LossSums()
        let output = network.forward(images)
        CrossEntropyLoss.apply(output.logits, labels: labels, weight: 1, batchSize: n, gradient: gradient, sums: &sums)
        return ProbedLoss(loss: sums.crossEntropy / Double(n), decisions: network.decisions)
      }
      _ = evaluate()
      network.backward(gradient)
      var check = GradientCheck()
      check.directions = 2
      let findings = check.findings(parameters, network.context.gradients, evaluate)
      #expect(findings.count == parameters.layout.entries.count)
      // Central differences of step 1e-6 leave 1e-9 or so.
      for finding in findings { #expect(finding.error < 1e-6, "\(finding.name)") }
    }
  }

  @Test("squares of pixels are put side by side", arguments: [2, 4])
  func folding(side: Int) {
    withTensors { source in
      let (n, height, width, channels) = (2, 8, 16, 3)
      let images: Tensor<Float> = source.normal(Shape(n, height, width, channels))
      let folded: Tensor<Float> = source.poisoned(Shape(n, height / side, width / side, side * side * channels))
      fold(images, side, into: folded)
      for (i, found) in folded.elements.enumerated() {
        // From the innermost axis outwards: channel, column and row in the square, column, row, image.
        let (c, a) = (i % channels, i / channels)
        let (beside, b) = (a % side, a / side)
        let (below, d) = (b % side, b / side)
        let (column, e) = (d % (width / side), d / (width / side))
        let pixel = (e * side + below) * width + column * side + beside
        #expect(images.base[pixel * channels + c] == found)
      }
    }
  }

  @Test("every resolution ends in a map of 2 × 2 and has the same features", arguments: [8, 16, 32, 64, 128])
  func tables(resolution: Int) {
    let recipe = ClassifierRecipe(resolution: resolution, channels: 1, classes: 4)
    #expect(recipe.architecture.maps.last == 2)
    #expect(recipe.architecture.imageChannels == (resolution < 64 ? 4 : 16))
    #expect(recipe.architecture.resolution * recipe.fold == resolution)
    #expect(recipe.architecture.rows.last?.input.channels == recipe.featureCount)
  }
}

extension ClassifierNetwork {
  /// Which ReLUs passed in the last forward pass.
  fileprivate var decisions: [UInt8] {
    let recorder = DecisionRecorder()
    record(recorder)
    return recorder.decisions
  }
}
