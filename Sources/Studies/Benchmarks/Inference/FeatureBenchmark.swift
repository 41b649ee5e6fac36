internal import Extractors
internal import Files
internal import Tensors
internal import Threads

/// Features of random pictures by a network with random weights, timed: no file of weights is needed.
package final class FeatureBenchmark {
  /// The networks.
  package enum Network: String, CaseIterable, Sendable {
    /// Inception-v3 as the Fréchet Inception Distance uses it.
    case inception
    /// EfficientNet-lite0.
    case lite0

    fileprivate var network: FeatureNetwork { self == .inception ? .inception() : .lite0() }
  }

  private let network: Network
  private let pool: WorkerPool
  private let extractor: NetworkExtractor

  /// Most pictures in memory at a time for each thread, which are extracted again and again.
  private static let picturesPerThread = 16

  /// Draws weights and plans the network's memory.
  ///
  /// - Parameters:
  ///   - network: Which one.
  ///   - threads: Threads that share pictures.
  /// - Throws: A `ReportedError` if threads cannot be started.
  package init(_ network: Network, threads: Int) throws {
    self.network = network
    pool = try WorkerPool(starting: threads)
    extractor = try NetworkExtractor(untrained: network.network, threads: threads)
  }

  /// Computes features and logits.
  ///
  /// - Parameters:
  ///   - images: Pictures of a pass.
  ///   - passes: How often, after once to warm up.
  /// - Returns: What was found.
  package func run(images: Int, passes: Int) -> PassMeasurement {
    let workspace = Workspace()
    let input = extractor.input
    let together = min(images, Self.picturesPerThread * pool.threads)
    let pictures: Tensor<Float> = workspace.tensor(Shape(together, input[0], input[1], input[2]))
    let features: Tensor<Float> = workspace.tensor(Shape(together, extractor.featureCount))
    let logits: Tensor<Float>? = extractor.logitCount.map { workspace.tensor(Shape(together, $0)) }
    fillUniform(pictures, seed: 1)
    let seconds = secondsOfPasses(passes) {
      for first in stride(from: 0, to: images, by: together) {
        let rows = 0..<min(together, images - first)
        extractor.extract(pictures[rows: rows], features: features[rows: rows], logits: logits?[rows: rows], pool: pool)
      }
    }
    return PassMeasurement(
      "features and logits of \(network.rawValue), \(input[0])×\(input[1])×\(input[2])", images: images,
      seconds: seconds, multiplyAdds: extractor.multiplyAdds, shape: nil,
      threads: pool.threads, rates: MachineRates(pool))
  }
}
