package import DataParallel

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

  /// The rows of a block.
  package struct Block {
    /// Which one.
    package let number: Int
    /// The images that the rows are of.
    package let images: Range<Int>
    /// A row of features for each.
    package let features: UnsafeBufferPointer<Float>
    /// A row of logits for each.
    package let logits: UnsafeBufferPointer<Float>
  }

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

  /// The rows of this rank's images, in their order.
  package func withOwnRows<Result>(
    _ body: (_ features: UnsafeBufferPointer<Float>, _ logits: UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result {
    try features.withUnsafeBufferPointer { features in
      try logits.withUnsafeBufferPointer { logits in try body(features, logits) }
    }
  }

  /// Passes every block to every rank, one after the other; all ranks call it.
  ///
  /// - Parameter body: Is given a block, whose rows stay until it returns.
  /// - Throws: What `body` throws.
  package func forEachBlock(_ body: (Block) throws -> Void) rethrows {
    let (width, depth) = (featureCount, logitCount)
    let rows = UnsafeMutableBufferPointer<Float>.allocate(capacity: BlockPlan.blockSize * (width + depth))
    defer { rows.deallocate() }
    for rank in 0..<replicas.size {
      for number in plan.blocks(ofRank: rank, of: replicas.size) {
        let images = plan.images(ofBlock: number)
        let used = UnsafeMutableBufferPointer(rebasing: rows[..<(images.count * (width + depth))])
        if rank == replicas.rank {
          let start = images.lowerBound - own.lowerBound
          for place in 0..<images.count * width { used[place] = features[start * width + place] }
          for place in 0..<images.count * depth { used[images.count * width + place] = logits[start * depth + place] }
        }
        replicas.broadcast(UnsafeMutableRawBufferPointer(used), from: rank)
        try body(
          Block(
            number: number, images: images, features: UnsafeBufferPointer(rebasing: used[..<(images.count * width)]),
            logits: UnsafeBufferPointer(rebasing: used[(images.count * width)...])))
      }
    }
  }
}
