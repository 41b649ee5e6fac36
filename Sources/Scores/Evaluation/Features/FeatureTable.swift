package import DataParallel
package import Tensors

/// The features and logits of all images of a side; each rank holds those of its own blocks.
package final class FeatureTable {
  /// How the images are cut into blocks.
  package let plan: BlockPlan
  /// Numbers of a row of features.
  package let featureCount: Int
  /// Numbers of a row of logits; 0 without a head.
  package let logitCount: Int
  /// The class of each image; empty where images have none.
  package let labels: [Int32]
  private let replicas: ReplicaGroup
  private let own: Range<Int>
  private var features: [Float]
  private var logits: [Float]

  /// Rows of consecutive images.
  package struct Part {
    /// The images that the rows are of.
    package let images: Range<Int>
    /// `[n, featureCount]`.
    package let features: Tensor<Float>
    /// `[n, logitCount]`; `nil` without a head.
    package let logits: Tensor<Float>?
  }

  /// The most images of a part.
  private static let partSize = 2048

  /// A table to be filled.
  ///
  /// - Parameters:
  ///   - plan: The blocks.
  ///   - featureCount: Numbers of a row of features.
  ///   - logitCount: Numbers of a row of logits.
  ///   - labels: The class of each image, or nothing.
  ///   - replicas: The ranks that share the blocks.
  package init(
    _ plan: BlockPlan, featureCount: Int, logitCount: Int, labels: [Int32], replicas: ReplicaGroup
  ) {
    precondition(labels.isEmpty || labels.count == plan.count, "\(labels.count) labels for \(plan.count) images")
    (self.plan, self.featureCount, self.logitCount, self.labels) = (plan, featureCount, logitCount, labels)
    self.replicas = replicas
    own = plan.images(ofRank: replicas.rank, of: replicas.size)
    features = [Float](repeating: 0, count: own.count * featureCount)
    logits = [Float](repeating: 0, count: own.count * logitCount)
  }

  /// The images of this rank's blocks.
  package var ownImages: Range<Int> { own }

  /// Lets `body` write the rows of some of this rank's images.
  package func write<Result>(
    _ images: Range<Int>,
    _ body: (_ features: UnsafeMutableBufferPointer<Float>, _ logits: UnsafeMutableBufferPointer<Float>) throws ->
      Result
  ) rethrows -> Result {
    precondition(images.lowerBound >= own.lowerBound && images.upperBound <= own.upperBound, "\(images) of \(own)")
    let start = images.lowerBound - own.lowerBound
    return try features.withUnsafeMutableBufferPointer { features in
      try logits.withUnsafeMutableBufferPointer { logits in
        try body(
          UnsafeMutableBufferPointer(rebasing: features[start * featureCount..<(start + images.count) * featureCount]),
          UnsafeMutableBufferPointer(rebasing: logits[start * logitCount..<(start + images.count) * logitCount]))
      }
    }
  }

  /// This rank's rows, as they lie in memory while `body` runs.
  package func withOwnPart<Result>(_ body: (Part) throws -> Result) rethrows -> Result {
    let workspace = Workspace()
    defer { withExtendedLifetime(workspace) {} }
    let part = part(own, in: workspace)
    fill(part)
    return try body(part)
  }

  /// Passes all rows to every rank, in the order of the images, some at a time; all ranks call it.
  ///
  /// - Parameter body: Is given a part, whose rows stay until it returns.
  package func forEachPart(_ body: (Part) -> Void) {
    for rank in 0..<replicas.size {
      let all = plan.images(ofRank: rank, of: replicas.size)
      for start in stride(from: all.lowerBound, to: all.upperBound, by: Self.partSize) {
        let workspace = Workspace()
        let part = part(start..<min(start + Self.partSize, all.upperBound), in: workspace)
        if rank == replicas.rank { fill(part) }
        for rows in [part.features, part.logits].compactMap({ $0 }) {
          replicas.broadcast(UnsafeMutableRawBufferPointer(rows.elements), from: rank)
        }
        body(part)
        withExtendedLifetime(workspace) {}
      }
    }
  }

  private func part(_ images: Range<Int>, in workspace: Workspace) -> Part {
    Part(
      images: images, features: workspace.tensor(Shape(images.count, featureCount)),
      logits: logitCount > 0 ? workspace.tensor(Shape(images.count, logitCount)) : nil)
  }

  /// Copies this rank's rows into a part of them.
  private func fill(_ part: Part) {
    let start = part.images.lowerBound - own.lowerBound
    for place in 0..<part.features.count { part.features.base[place] = features[start * featureCount + place] }
    guard let rows = part.logits else { return }
    for place in 0..<rows.count { rows.base[place] = logits[start * logitCount + place] }
  }
}
