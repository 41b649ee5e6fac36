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

  @Test("squares of pixels are put side by side")
  func folding() {
    let recipe = ClassifierRecipe(resolution: 8, channels: 3, classes: 2)
    withTensors { source in
      let images: Tensor<Float> = source.normal(Shape(2, 8, 8, 3))
      let folded: Tensor<Float> = source.poisoned(Shape(2, 4, 4, 12))
      fold(images, into: folded)
      for n in 0..<2 {
        for (row, column) in [(0, 0), (0, 3), (3, 0), (2, 1)] {
          for (below, beside) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            for c in 0..<3 {
              let pixel = images.base[((n * 8 + 2 * row + below) * 8 + 2 * column + beside) * 3 + c]
              #expect(folded.base[((n * 4 + row) * 4 + column) * 12 + (2 * below + beside) * 3 + c] == pixel)
            }
          }
        }
      }
    }
    #expect(recipe.architecture.imageChannels == 12)
  }

  @Test("every resolution ends in a map of 2 × 2 and has the same features", arguments: [8, 16, 32, 64, 128])
  func tables(resolution: Int) {
    let recipe = ClassifierRecipe(resolution: resolution, channels: 1, classes: 4)
    #expect(recipe.architecture.maps.last == 2)
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
