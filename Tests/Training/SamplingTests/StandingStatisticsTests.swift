import Kernels
import Layers
import Networks
import Sampling
import Tensors
import TestSupport
import Testing

/// Statistics of batch norm that are taken from batches like the samples.
@Suite struct StandingStatisticsTests {
  private func statistics(_ sampler: Sampler) -> [Float] {
    Array(sampler.generator.context.weights.statistics.values)
  }

  private func numbers(_ arena: Arena<Float>, _ name: String) throws -> [Double] {
    arena.fileOrder(try #require(arena.layout.entries.first { $0.name == name })).map(Double.init)
  }

  /// The first normalization's input is the linear layer's output, made again from its definition in file order.
  @Test(arguments: [1, 3]) func areMeansOverAllShardsOfAllBatches(shards: Int) throws {
    let sampler = SmallGenerator.sampler(seed: 5, truncation: 0.7)
    sampler.useStandingStatistics(passes: 2, batch: 6, shards: shards)
    let weights = sampler.generator.context.weights
    let (w, b) = (try numbers(weights.parameters, "linear.weight"), try numbers(weights.parameters, "linear.bias"))
    let architecture = SmallGenerator.architecture
    let (channels, size) = (architecture.initialChannels, architecture.latentSize)
    // Latent vectors of batch and image, by the definition of truncation.
    let latents = (0..<12).map { n in
      var stream = RandomStream(
        seed: 5, purpose: .init(rawValue: 22), update: UInt32(n / 6), sample: UInt32(n % 6))
      let free = (0..<size).map { _ in Float(stream.normal()) }
      return free.map { number in
        var number = number
        while abs(number) > 0.7 { number = Float(stream.normal()) }
        return Double(number)
      }
    }
    let rows = 6 / shards
    var (means, variances) = ([Double](repeating: 0, count: channels), [Double](repeating: 0, count: channels))
    for c in 0..<channels {
      for start in stride(from: 0, to: 12, by: rows) {
        // Files hold a map's outputs channel by channel, 16 pixels each.
        let column = latents[start..<start + rows].flatMap { latent in
          (c * 16..<c * 16 + 16).map { o in b[o] + innerProduct(of: latent, Array(w[o * size..<(o + 1) * size])) }
        }
        let mean = column.reduce(0, +) / Double(column.count)
        means[c] += mean / Double(2 * shards)
        variances[c] +=
          column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(column.count - 1) / Double(2 * shards)
      }
    }
    for (name, expected) in [("running_mean", means), ("running_var", variances)] {
      #expect(relativeError(try numbers(weights.statistics, "block0.bn1." + name), expected) < 1e-5, "\(name)")
    }
  }

  @Test func doNotDependOnThreads() {
    let samplers = [1, 3].map { SmallGenerator.sampler(truncation: 0.5, threads: $0) }
    for sampler in samplers { sampler.useStandingStatistics(passes: 3, batch: 4, shards: 2) }
    #expect(statistics(samplers[0]) == statistics(samplers[1]))
  }

  @Test func followTheTruncation() throws {
    let samplers = [nil, 0.1].map { SmallGenerator.sampler(truncation: $0) }
    var calls: [Int] = []
    for sampler in samplers {
      sampler.useStandingStatistics(passes: 2, batch: 4, shards: 1) { done, total in calls.append(10 * done + total) }
    }
    #expect(calls == [12, 22, 12, 22])
    #expect(statistics(samplers[0]) != statistics(samplers[1]))
    // Of vectors near 0 the first maps vary less: what is left are the biases, which differ from pixel to pixel.
    func variance(_ sampler: Sampler) throws -> Double {
      try numbers(sampler.generator.context.weights.statistics, "block0.bn1.running_var").reduce(0, +)
    }
    #expect(try variance(samplers[1]) < 0.9 * variance(samplers[0]))
  }
}
