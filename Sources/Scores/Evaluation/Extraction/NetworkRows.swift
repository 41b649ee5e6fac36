internal import Extractors
internal import Files
internal import Images
internal import Tensors
internal import Threads

/// Rows of a network that takes colour images of one size: others are resized first, grey ones repeated.
final class NetworkRows: RowExtractor {
  private let network: any FeatureExtractor
  private let preparation: Preparation
  /// Whether logits have the bias that some tools leave out.
  private let hasBias: Bool
  private let pool: WorkerPool
  private let images: Tensor<Float>
  private let workspace = Workspace()
  private var resizer: FloatResizer?

  var name: String { network.name }
  var digest: String { network.digest }
  var preprocessing: String { preparation.text }
  var featureCount: Int { network.featureCount }
  var logitCount: Int { network.logitCount ?? 0 }
  let channels = 3

  /// Rows of a network.
  ///
  /// - Parameters:
  ///   - network: Takes images of three channels.
  ///   - preparation: How they are made.
  ///   - hasBias: Whether logits have their bias.
  ///   - pool: The threads.
  init(_ network: any FeatureExtractor, _ preparation: Preparation, hasBias: Bool, pool: WorkerPool) {
    (self.network, self.preparation, self.hasBias, self.pool) = (network, preparation, hasBias, pool)
    images = workspace.tensor(Shape(BlockPlan.blockSize, network.input[0], network.input[1], network.input[2]))
  }

  func extract(
    _ source: ImageBytes, into features: UnsafeMutableBufferPointer<Float>, logits: UnsafeMutableBufferPointer<Float>
  ) throws {
    let (height, width) = (network.input[0], network.input[1])
    let extents = FloatResizer.Extents(height: source.height, width: source.width)
    if resizer?.source != extents {
      resizer = FloatResizer(
        preparation.resizer, from: extents, to: .init(height: height, width: width), channels: channels)
    }
    guard let resizer else { return }
    let (size, target) = (source.height * source.width, height * width * channels)
    let (some, bytes, grey) = (images[rows: 0..<source.count], Shared(source.bytes), source.channels == 1)
    let (shared, preparation) = (Shared(some.base), preparation)
    pool.run(source.count) { image, _ in
      let floats = [Float](unsafeUninitializedCapacity: size * 3) { floats, count in
        for place in 0..<size * 3 {
          floats[place] = Float(bytes.pointer[image * size * (grey ? 1 : 3) + (grey ? place / 3 : place)])
        }
        count = size * 3
      }
      let result = UnsafeMutableBufferPointer(start: shared.pointer + image * target, count: target)
      withUnsafeTemporaryAllocation(of: Float.self, capacity: resizer.scratchCount) { scratch in
        floats.withUnsafeBufferPointer { resizer.resize($0, into: result, scratch: scratch) }
      }
      preparation.scale(result)
    }
    let workspace = Workspace()
    let rows: Tensor<Float> = workspace.tensor(Shape(source.count, featureCount))
    let scores: Tensor<Float>? = logitCount > 0 ? workspace.tensor(Shape(source.count, logitCount)) : nil
    network.extract(some, features: rows, logits: scores, pool: pool)
    _ = features.update(fromContentsOf: rows.elements)
    if let scores {
      _ = logits.update(fromContentsOf: scores.elements)
      if hasBias { for place in logits.indices { logits[place] += network.logitBias[place % logitCount] } }
    }
    withExtendedLifetime(workspace) {}
  }
}
