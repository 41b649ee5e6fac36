package import Files
package import Formats
internal import Kernels
package import Tensors
package import Threads

/// An extractor by one of the networks of `Tables/`, with weights from a file.
///
/// Each picture passes alone, on one thread: nothing that it meets depends on the pictures beside it. Threads share out
/// pictures. All memory is planned when the extractor is made.
package final class NetworkExtractor: FeatureExtractor, @unchecked Sendable {
  package let name: String
  package let digest: String
  package let input: Shape
  package let featureCount: Int
  package let logitCount: Int?
  package let logitBias: [Float]
  package let threads: Int
  /// Multiply-adds of a picture, as a direct convolution counts them.
  package let multiplyAdds: Int
  /// Bytes of packed weights and of all threads' maps.
  package let bytes: Int

  private let plan: NetworkPlan
  private let classifier: PackedFilters?
  private let memory: [Tensor<Float>]
  private let scratch: [InferenceScratch]
  private let workspace: Workspace

  /// An extractor by a network.
  ///
  /// - Parameters:
  ///   - network: The network.
  ///   - file: Its weights.
  ///   - tap: One of the network's taps in place of the last features; there are no logits then.
  ///   - size: Height and width of pictures; the table's where `nil`.
  ///   - threads: Most threads of a pool.
  /// - Throws: `FileError` where the file does not hold the network's weights.
  package init(
    _ network: FeatureNetwork, _ file: any WeightsFile, tap: Int? = nil, size: Int? = nil, threads: Int
  ) throws(FileError) {
    precondition(threads >= 1, "an extractor for \(threads) threads")
    let table = network.table
    let weights = try NetworkWeights(file, for: table)
    let size = size ?? table.size
    let workspace = Workspace()
    let layers = tap.map { table.layers(upTo: $0) } ?? table.layers
    plan = try NetworkPlan(layers, weights, size: size, in: workspace)
    featureCount = plan.last.channels
    if tap == nil && weights.hasClassifier {
      let folded = try weights.readClassifier()
      classifier = PackedFilters(
        folded.filters, bias: [Float](repeating: 0, count: folded.bias.count), window: Window(height: 1, width: 1),
        inputs: featureCount, outputs: folded.bias.count, in: workspace)
      logitBias = folded.bias
    } else {
      (classifier, logitBias) = (nil, [])
    }
    logitCount = classifier?.outputs
    multiplyAdds = plan.multiplyAdds + (classifier?.multiplyAdds(height: 1, width: 1) ?? 0)
    let (elements, filters) = (plan.elements, plan.filters + [classifier].compactMap { $0 })
    let winograd = plan.winograd
    memory = (0..<threads).map { _ in workspace.tensor(Shape(elements)) }
    scratch = (0..<threads).map { _ in InferenceScratch(for: filters, winograd, in: workspace) }
    digest = try file.sha256()
    (name, self.threads, self.workspace) = (table.name, threads, workspace)
    input = Shape(size, size, table.channels)
    bytes = workspace.bytes
  }

  package func extract(
    _ images: Tensor<Float>, features: Tensor<Float>, logits: Tensor<Float>?, pool: WorkerPool
  ) {
    let count = images.shape[0]
    precondition(
      images.shape == Shape(count, input[0], input[1], input[2]) && features.shape == Shape(count, featureCount)
        && (logits == nil || logits?.shape == Shape(count, logitCount ?? 0)),
      "pictures \(images.shape) for features \(features.shape) and logits \(logits?.shape.description ?? "none")")
    precondition(pool.threads <= threads, "\(pool.threads) threads of an extractor for \(threads)")
    pool.run(count) { image, worker in
      pass(
        images.base + image * input.count, features.base + image * featureCount,
        logits.map { $0.base + image * $0.shape[1] }, worker)
    }
  }

  /// One picture.
  private func pass(
    _ picture: UnsafeMutablePointer<Float>, _ features: UnsafeMutablePointer<Float>,
    _ logits: UnsafeMutablePointer<Float>?, _ worker: Int
  ) {
    let (memory, scratch) = (memory[worker].base, scratch[worker])
    let map = { (place: MapPlace) in place.map(picture: picture, memory: memory) }
    for step in plan.steps {
      switch step {
      case .convolution(let filters, let x, let y, let residual, let activation):
        filters.convolve(map(x), into: map(y), adding: residual.map(map), activation, scratch: scratch)
      case .winograd(let filters, let x, let y, let activation):
        filters.convolve(map(x), into: map(y), activation, scratch: scratch)
      case .depthwise(let filters, let x, let y, let activation):
        filters.convolve(map(x), into: map(y), activation)
      case .pooling(let pooling, let x, let y):
        pooling.pool(map(x), into: map(y))
      }
    }
    channelMeans(map(plan.last), into: features)
    if let logits, let classifier {
      classifier.convolve(
        PixelMap(features, height: 1, width: 1, channels: featureCount),
        into: PixelMap(logits, height: 1, width: 1, channels: classifier.outputs), .none, scratch: scratch)
    }
  }
}
