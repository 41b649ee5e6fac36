import Kernels
import Layers
import Networks
import Tensors
import TestSupport
import Testing
import Threads

/// The running statistics of a generator: how they move, and what they are for.
@Suite struct RunningStatisticsTests {
  @Test("running statistics move by a tenth towards the mean over shards, variances unbiased")
  func update() throws {
    try withTensors { source in
      let architecture = TinyNetworks.generators[0].architecture
      let test = GeneratorUnderTest<Double>(architecture, samples: 6, shards: 2, source)
      let weights = test.network.context.weights
      let running = weights.statistics
      for i in running.values.indices { running.values[i] = 0.25 + Double(i % 7) }
      let before = Array(running.values)
      _ = test.forward()
      test.network.sumBatchStatistics()
      test.network.updateRunningStatistics(shards: 2)

      // The first normalization's input is the linear layer's output, made again from its definition in file order.
      func numbers(_ arena: Arena<Double>, _ name: String) throws -> [Double] {
        arena.fileOrder(try #require(arena.layout.entries.first { $0.name == name }))
      }
      let (w, b) = (try numbers(weights.parameters, "linear.weight"), try numbers(weights.parameters, "linear.bias"))
      let sigma = try numbers(weights.spectra, "linear.sigma")[0]
      let channels = architecture.initialChannels
      var (means, variances) = ([Double](repeating: 0, count: channels), [Double](repeating: 0, count: channels))
      for c in 0..<channels {
        for shard in 0..<2 {
          var column: [Double] = []
          for n in 3 * shard..<3 * shard + 3 {
            let latent = test.latents[rows: n..<n + 1].numbers
            // Files hold a map's outputs channel by channel, 16 pixels each.
            for o in c * 16..<c * 16 + 16 {
              column.append(b[o] + innerProduct(of: latent, Array(w[o * 6..<o * 6 + 6])) / sigma)
            }
          }
          let mean = column.reduce(0, +) / 48
          means[c] += mean / 2
          variances[c] += column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 47 / 2
        }
      }
      for (name, target) in [("block0.bn1.running_mean", means), ("block0.bn1.running_var", variances)] {
        let range = try #require(running.layout.entries.first { $0.name == name }).range
        let expected = zip(before[range], target).map { 0.9 * $0 + 0.1 * $1 }
        #expect(relativeError(Array(running.values[range]), expected) < 1e-13, "\(name)")
      }
      for entry in running.layout.entries {
        #expect(entry.range.allSatisfy { running.values[$0] != before[$0] }, "\(entry.name) moved")
      }
    }
  }

  @Test("with running statistics an image does not depend on its batch, nor on the number of shards")
  func samples() {
    for (name, architecture) in TinyNetworks.generators {
      withTensors { source in
        let test = GeneratorUnderTest<Double>(architecture, samples: 6, shards: 2, source)
        let running = test.network.context.weights.statistics
        for i in running.values.indices { running.values[i] = 0.5 + Double(i % 5) / 8 }
        let before = Array(running.values)
        let batch = test.forward(nil, .batch).numbers
        let images = source.copy(test.forward(nil, .running))
        #expect(relativeError(images.numbers, batch) > 1e-3, "\(name): the batch's own statistics were used")
        let single = Generator<Double>(
          architecture, samples: 1, shards: 1, weights: test.network.context.weights, isTrained: false,
          pool: WorkerPool(threads: 1))
        for n in 0..<6 {
          let image = single.forward(
            test.latents[rows: n..<n + 1], labels: test.labels[n..<n + 1], statistics: .running)
          #expect(relativeError(image.numbers, images[rows: n..<n + 1].numbers) < 1e-12, "\(name): image \(n)")
        }
        #expect(Array(running.values) == before, "\(name): sampling moves no statistics")
      }
    }
  }
}
