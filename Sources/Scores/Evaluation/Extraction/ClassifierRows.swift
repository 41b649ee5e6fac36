internal import Classifier
internal import Datasets
internal import Files
internal import Tensors
internal import Threads

/// Rows of the data set's own classifier, which takes images as networks see them: x / 127.5 − 1, of the run's size.
final class ClassifierRows: RowExtractor {
  let name = ClassifierExtractor.name
  let preprocessing = "x/127.5-1"
  private let extractor: ClassifierExtractor
  private let workspace = Workspace()
  private let images: Tensor<Float>
  private let rows: Tensor<Float>
  private let scores: Tensor<Float>

  var digest: String { extractor.digest }
  var featureCount: Int { extractor.featureCount }
  var logitCount: Int { extractor.logitCount }
  var channels: Int { extractor.channels }

  /// Rows of a classifier.
  ///
  /// - Parameters:
  ///   - classifier: A trained one.
  ///   - batch: The most images of a pass.
  ///   - pool: The threads.
  init(_ classifier: Classifier, batch: Int, pool: WorkerPool) {
    let batch = min(batch, BlockPlan.blockSize)
    extractor = ClassifierExtractor(classifier, batch: batch, pool: pool)
    images = workspace.tensor(Shape(batch, extractor.resolution, extractor.resolution, extractor.channels))
    rows = workspace.tensor(Shape(batch, extractor.featureCount))
    scores = workspace.tensor(Shape(batch, extractor.logitCount))
  }

  func extract(
    _ source: ImageBytes, into features: UnsafeMutableBufferPointer<Float>, logits: UnsafeMutableBufferPointer<Float>
  ) throws {
    let side = extractor.resolution
    guard (source.height, source.width, source.channels) == (side, side, channels) else {
      throw FileError(
        .malformed,
        "expected images of \(side)×\(side)×\(channels) for the classifier and found "
          + "\(source.height)×\(source.width)×\(source.channels); choose --extractor inception or lite0, which take any size"
      )
    }
    let some = images[rows: 0..<source.count]
    for place in 0..<source.bytes.count { some.base[place] = Float(source.bytes[place]) / 127.5 - 1 }
    let (rows, scores) = (rows[rows: 0..<source.count], scores[rows: 0..<source.count])
    extractor.extract(some, into: rows, logits: scores)
    _ = features.update(fromContentsOf: rows.elements)
    _ = logits.update(fromContentsOf: scores.elements)
  }
}
