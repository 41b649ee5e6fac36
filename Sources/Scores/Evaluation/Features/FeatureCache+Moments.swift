package import DataParallel
internal import Files
internal import Formats
package import Statistics

/// The moments of a side's groups beside its rows, where they take less room: a large reference of many evaluations is summed once.
extension FeatureCache {
  /// The file, a zip archive with checksums.
  static let momentsName = "moments.npz"
  private static let array = "moments"

  /// The moments of a side, read where all ranks find them, else summed and kept; all ranks call it.
  ///
  /// - Parameters:
  ///   - source: The images.
  ///   - extractor: What the features are of.
  ///   - cache: The folder that caches lie in.
  ///   - replicas: The ranks.
  ///   - compute: Sums the rows: a moment for each of the usual groups of images.
  /// - Returns: The moments of the groups.
  /// - Throws: A `ReportedError` on one rank, `RemoteFailureError` on the others.
  package static func moments(
    of source: any PixelSource, _ extractor: any RowExtractor, in cache: String, replicas: ReplicaGroup,
    _ compute: () throws -> [Moments]
  ) throws -> [Moments] {
    let (groups, dimensions) = (Groups(of: source.count), extractor.featureCount)
    let bytes = groups.groups * Moments.encodedCount(dimensions: dimensions) * MemoryLayout<Double>.stride
    guard bytes < source.count * dimensions * MemoryLayout<Float>.stride else { return try compute() }
    let cache = try replicas.agree { () throws(FileError) in try FeatureCache(cache, source, extractor) }
    let found = cache.moments(groups, dimensions: dimensions)
    if replicas.largest(found == nil ? 1 : 0) == 0, let found { return found }
    let moments = try compute()
    try replicas.agree {
      guard replicas.isRoot else { return }
      var writer = NPZWriter(to: try OutputFile(momentsName, in: cache.folder))
      let width = Moments.encodedCount(dimensions: dimensions)
      try writer.add(array, shape: [moments.count, width], moments.flatMap(\.encoded))
      _ = try writer.finish()
    }
    return moments
  }

  /// Whether a folder's file of that name is one of these.
  static func holdsMoments(_ folder: Folder) -> Bool {
    folder.holds(momentsName) && (try? NPZFile(path: folder.path(of: momentsName)).names) == [array]
  }

  /// What the file holds; `nil` where it is missing, damaged, or of other groups.
  private func moments(_ groups: Groups, dimensions: Int) -> [Moments]? {
    let width = Moments.encodedCount(dimensions: dimensions)
    guard let array = try? NPZFile(path: folder.path(of: Self.momentsName)).array(Self.array),
      array.type == .float64, array.shape == [groups.groups, width], let numbers = try? array.doubles()
    else { return nil }
    let moments = (0..<groups.groups).compactMap { group in
      try? Moments(decoding: numbers[group * width..<(group + 1) * width], dimensions: dimensions)
    }
    return moments.count == groups.groups && zip(moments, groups.ranges).allSatisfy { $0.count == $1.count }
      ? moments : nil
  }
}
