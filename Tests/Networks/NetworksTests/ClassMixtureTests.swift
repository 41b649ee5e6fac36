import Kernels
import Layers
import Networks
import Tensors
import TestSupport
import Testing
import Threads

/// A generator between two classes.
@Suite struct ClassMixtureTests {
  /// Second classes and shares of a test's samples.
  private func mixture<Scalar: KernelScalar>(
    _ test: GeneratorUnderTest<Scalar>, shares: [Double], _ source: TensorSource
  ) -> (labels: Labels, mixture: RowMixture<Scalar>) {
    let second = source.labels(shares.count, below: TinyNetworks.classes)
    return (second, RowMixture(second: second, shares: source.tensor(Shape(shares.count), shares)))
  }

  @Test(
    "the ends are the classes themselves, to the bit", arguments: [BatchNormLayer<Float>.Statistics.batch, .running])
  func ends(statistics: BatchNormLayer<Float>.Statistics) {
    for (name, architecture) in TinyNetworks.generators + [("wide", TinyNetworks.wide.generator)] {
      withTensors { source in
        let test = GeneratorUnderTest<Float>(architecture, samples: 6, shards: 2, source)
        for (share, isFirst) in [(0.0, true), (1.0, false)] {
          let (second, mixture) = mixture(test, shares: [Double](repeating: share, count: 6), source)
          let alone = test.network.forward(
            test.latents, labels: isFirst ? test.labels : second, statistics: statistics
          ).numbers
          let mixed = test.network.forward(
            test.latents, labels: test.labels, mixture: mixture, statistics: statistics)
          #expect(mixed.numbers == alone, "\(name): a share of \(share)")
        }
      }
    }
  }

  @Test("gains and biases between two classes are those of a class of their mean")
  func between() {
    for (name, architecture) in TinyNetworks.generators {
      withTensors { source in
        let test = GeneratorUnderTest<Double>(architecture, samples: 6, shards: 2, source)
        let (second, mixture) = mixture(test, shares: (0..<6).map { 0.1 + 0.15 * Double($0) }, source)
        let images = source.copy(
          test.network.forward(test.latents, labels: test.labels, mixture: mixture, statistics: .running))
        let other = Weights(like: test.network.context.weights)
        let single = Generator<Double>(
          architecture, samples: 1, shards: 1, weights: other, isTrained: false, pool: WorkerPool(threads: 1))
        let zero = source.workspace.buffer(1, of: Int32.self)
        for n in 0..<6 {
          other.copy(from: test.network.context.weights)
          let share = 0.1 + 0.15 * Double(n)
          // Tables are the parameters with a row for each class; row 0 becomes the mixed one.
          for entry in other.parameters.layout.entries where entry.name.contains(".bn") {
            let (table, original) = (other.parameters.values, test.network.context.weights.parameters.values)
            let channels = entry.range.count / TinyNetworks.classes
            for c in 0..<channels {
              func row(_ label: Int32) -> Double { original[entry.range.lowerBound + Int(label) * channels + c] }
              table[entry.range.lowerBound + c] = (1 - share) * row(test.labels[n]) + share * row(second[n])
            }
          }
          let image = single.forward(test.latents[rows: n..<n + 1], labels: Labels(zero), statistics: .running)
          #expect(relativeError(images[rows: n..<n + 1].numbers, image.numbers) < 1e-12, "\(name): image \(n)")
        }
      }
    }
  }
}
