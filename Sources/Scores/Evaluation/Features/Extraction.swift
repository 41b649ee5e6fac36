package import DataParallel
internal import Files

/// Computes the features of all images of a side, shared among ranks.
package struct Extraction {
  /// How far it is, for people.
  package struct Progress: Sendable {
    /// What is worked on.
    package let what: String
    /// Images of this rank that are done.
    package let done: Int
    /// Images of this rank.
    package let total: Int
  }

  /// Computes features.
  package let extractor: any RowExtractor
  /// Images of a pass through the extractor; decides no bit.
  package let batch: Int
  /// The folder that caches lie in; nothing is kept where `nil`.
  package let cache: String?
  /// The ranks.
  package let replicas: ReplicaGroup
  /// Is told of progress, on every rank.
  package let report: (Progress) -> Void

  /// Seconds after which finished rows are written, so that a kill loses no more.
  private static let patience = 20.0

  /// An extraction on some ranks.
  package init(
    _ extractor: any RowExtractor, batch: Int, cache: String?, replicas: ReplicaGroup,
    report: @escaping (Progress) -> Void
  ) {
    (self.extractor, self.batch, self.cache, self.replicas) = (extractor, batch, cache, replicas)
    self.report = report
  }

  /// Computes the rows of a side, or reads them where they were computed before.
  ///
  /// - Parameters:
  ///   - source: The images; all ranks have the same.
  ///   - name: What people call the side.
  /// - Returns: The table, filled on all ranks.
  /// - Throws: A `ReportedError` on one rank, `RemoteFailureError` on the others.
  package func table(of source: any PixelSource, _ name: String) throws -> FeatureTable {
    let labels = source.classNames.isEmpty ? [] : (0..<source.count).map { Int32(source.label($0)) }
    let table = FeatureTable(
      BlockPlan(count: source.count), featureCount: extractor.featureCount, logitCount: extractor.logitCount,
      labels: labels, replicas: replicas)
    try replicas.agree { try fill(table, source, name) }
    return table
  }

  private func fill(_ table: FeatureTable, _ source: any PixelSource, _ name: String) throws {
    let cache = try self.cache.map { path throws(FileError) in try FeatureCache(path, source, extractor) }
    let own = table.plan.blocks(ofRank: replicas.rank, of: replicas.size)
    let missing = cache?.fill(table, rank: replicas.rank, of: replicas.size) ?? Array(own)
    let pixels = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: BlockPlan.blockSize * source.imageSize)
    defer { pixels.deallocate() }
    var unwritten: Range<Int>?
    var written = ContinuousClock.now
    for (place, block) in missing.enumerated() {
      let images = table.plan.images(ofBlock: block)
      try source.copyPixels(
        images, into: UnsafeMutableBufferPointer(rebasing: pixels[..<(images.count * source.imageSize)]))
      try extract(images, UnsafePointer(pixels.baseAddress), source, into: table)
      report(
        Progress(what: name, done: (place + 1) * BlockPlan.blockSize, total: missing.count * BlockPlan.blockSize))
      guard let cache else { continue }
      let range = (unwritten?.lowerBound ?? block)..<block + 1
      unwritten = range
      let isLast = place + 1 == missing.count || missing[place + 1] != block + 1
      if isLast || ContinuousClock.now - written > .seconds(Self.patience) {
        try cache.write(range, of: table)
        (unwritten, written) = (nil, .now)
      }
    }
  }

  /// Takes the images of a block through the extractor, some at a time.
  private func extract(
    _ images: Range<Int>, _ pixels: UnsafePointer<UInt8>?, _ source: any PixelSource, into table: FeatureTable
  ) throws {
    for start in stride(from: images.lowerBound, to: images.upperBound, by: batch) {
      let some = start..<min(start + batch, images.upperBound)
      let bytes = UnsafeBufferPointer(
        start: pixels.map { $0 + (start - images.lowerBound) * source.imageSize }, count: some.count * source.imageSize)
      try table.write(some) { features, logits in
        try extractor.extract(
          ImageBytes(
            bytes, count: some.count, height: source.height, width: source.width, channels: source.channels),
          into: features, logits: logits)
        guard features.allSatisfy(\.isFinite), logits.allSatisfy(\.isFinite) else {
          throw FileError(
            .malformed,
            "\(extractor.name) makes NaN or infinite features of images \(some.lowerBound) to \(some.upperBound - 1); use other "
              + "weights")
        }
      }
    }
  }
}
