internal import DataParallel
internal import Datasets
internal import MPI
internal import Tensors
internal import Threads

extension ClassifierExtractor {
  /// Counts the images of a selection that get their class; every rank looks at its share of them, and calls this.
  ///
  /// - Parameters:
  ///   - selection: Images with their classes.
  ///   - replicas: The ranks.
  /// - Returns: The count over all ranks.
  /// - Throws: `DatasetError` on the rank that cannot read an image, `RemoteFailureError` on all others.
  func countCorrect(in selection: ImageSelection, _ replicas: ReplicaGroup) throws -> Int {
    let share = selection.count * replicas.rank / replicas.size..<selection.count * (replicas.rank + 1) / replicas.size
    var count = [Double(try replicas.agree { try countCorrect(in: selection, share) })]
    // Whole numbers, whose sum does not depend on their order.
    count.withUnsafeMutableBufferPointer { replicas.sum($0, on: .control) }
    return Int(count[0])
  }

  private func countCorrect(in selection: ImageSelection, _ share: Range<Int>) throws(DatasetError) -> Int {
    let (workspace, block) = (Workspace(), 256)
    let images: Tensor<Float> = workspace.tensor(Shape(block, resolution, resolution, channels))
    let features: Tensor<Float> = workspace.tensor(Shape(block, featureCount))
    let logits: Tensor<Float> = workspace.tensor(Shape(block, logitCount))
    let labels = workspace.buffer(block, of: Int32.self)
    let pixels = workspace.buffer(selection.images.imageSize, of: UInt8.self)
    var correct = 0
    for first in stride(from: share.lowerBound, to: share.upperBound, by: block) {
      let rows = 0..<min(block, share.upperBound - first)
      for row in rows {
        let index = selection.index(first + row)
        try selection.images.copyPixels(index, into: pixels)
        PixelScaling.convert(pixels, into: images[rows: row..<row + 1])
        labels[row] = Int32(selection.images.label(index))
      }
      extract(images[rows: rows], into: features[rows: rows], logits: logits[rows: rows])
      correct += Self.correct(logits[rows: rows], Labels(labels)[rows])
    }
    return withExtendedLifetime(workspace) { correct }
  }
}
