internal import DataParallel
package import Files
internal import Formats

/// Rows of features that were computed before, by this evaluation before it was killed or by another one.
///
/// What they are rows of decides where they lie: the checksum of the images, of the extractor and of how images become its input.
/// A rank writes the rows of some consecutive blocks into a file of their own, whole or not at all; any rank that sees the folder reads
/// what it needs, so the number of ranks may change in between.
package struct FeatureCache {
  /// What the formats of all versions begin with.
  static let family = "sagan features "
  /// Changes whenever the format does.
  static let format = family + "1"

  /// The folder of all caches of features.
  package static let folderName = "features"
  let folder: Folder
  private let key: String
  private let extractor: String

  /// Opens or makes the cache of a side.
  ///
  /// - Parameters:
  ///   - path: The folder that caches lie in.
  ///   - source: The images.
  ///   - extractor: What the features are of.
  /// - Throws: `FileError` if there is no place for it.
  package init(_ path: String, _ source: any PixelSource, _ extractor: any RowExtractor) throws(FileError) {
    let hash = Fingerprint()
    for text in [Self.format, source.fingerprint, extractor.name, extractor.digest, extractor.preprocessing] {
      hash.update(text)
    }
    for number in [source.count, source.height, source.width, source.channels, BlockPlan.blockSize] {
      hash.update(number)
    }
    key = hash.hexadecimal
    self.extractor = extractor.name
    try Directory.create(path)
    var folder: Folder
    repeat {
      folder = try Folder(path).made(Self.folderName).made(key)
      // As long as it is used nobody removes it; somebody may have done so just before.
      folder.noteUse()
    } while folder.isRemoved
    self.folder = folder
    folder.removeAbandoned()
  }

  /// The blocks that a file holds, by its name; `nil` for other files.
  static func blocks(inName name: String) -> Range<Int>? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1] == "safetensors" else { return nil }
    let numbers = parts[0].split(separator: "-", omittingEmptySubsequences: false)
    guard numbers.count == 3, numbers[0] == "blocks", let first = Int(numbers[1]), let end = Int(numbers[2]),
      first >= 0, end > first, end < 1 << 32, Self.name(first..<end) == name
    else { return nil }
    return first..<end
  }

  private static func name(_ blocks: Range<Int>) -> String {
    "blocks-\(blocks.lowerBound)-\(blocks.upperBound).safetensors"
  }

  /// Reads what there is of this rank's rows.
  ///
  /// - Parameters:
  ///   - table: Gets the rows.
  ///   - rank: This rank.
  ///   - ranks: How many there are.
  /// - Returns: The blocks of this rank that are still to be computed; damaged files count as none.
  func fill(_ table: FeatureTable, rank: Int, of ranks: Int) -> [Int] {
    var missing = Set(table.plan.blocks(ofRank: rank, of: ranks))
    let files = ((try? folder.names()) ?? []).compactMap { $0 }.compactMap { name in
      Self.blocks(inName: name).map { (name: name, blocks: $0) }
    }.sorted { $0.blocks.lowerBound < $1.blocks.lowerBound }
    for file in files where !missing.isDisjoint(with: file.blocks) {
      guard let rows = read(file.name, file.blocks, table) else { continue }
      let first = table.plan.images(ofBlock: file.blocks.lowerBound).lowerBound
      for block in file.blocks where missing.remove(block) != nil {
        let images = table.plan.images(ofBlock: block)
        let start = images.lowerBound - first
        table.write(images) { features, logits in
          for place in features.indices { features[place] = rows.features[start * table.featureCount + place] }
          for place in logits.indices { logits[place] = rows.logits[start * table.logitCount + place] }
        }
      }
    }
    return missing.sorted()
  }

  private func read(_ name: String, _ blocks: Range<Int>, _ table: FeatureTable) -> (
    features: [Float], logits: [Float]
  )? {
    guard blocks.upperBound <= table.plan.blocks, let file = try? SafetensorsFile(path: folder.path(of: name)) else {
      return nil
    }
    let count =
      table.plan.images(ofBlock: blocks.upperBound - 1).upperBound
      - table.plan.images(ofBlock: blocks.lowerBound).lowerBound
    guard file.metadata["format"] == Self.format, file.metadata["key"] == key,
      let features = try? file.floats("features", shape: [count, table.featureCount]),
      let logits = try? file.floats("logits", shape: [count, table.logitCount]),
      file.metadata["checksum"] == Self.checksum(features, logits)
    else { return nil }
    return (features, logits)
  }

  /// Writes rows of consecutive blocks of this rank.
  func write(_ blocks: Range<Int>, of table: FeatureTable) throws(FileError) {
    let images =
      table.plan.images(ofBlock: blocks.lowerBound)
      .lowerBound..<table.plan.images(ofBlock: blocks.upperBound - 1).upperBound
    let (features, logits) = table.write(images) { (Array($0), Array($1)) }
    var writer = SafetensorsWriter(metadata: [
      "format": Self.format, "key": key, "extractor": extractor, "checksum": Self.checksum(features, logits),
    ])
    writer.add("features", shape: [images.count, table.featureCount]) { features }
    writer.add("logits", shape: [images.count, table.logitCount]) { logits }
    try writer.write(to: try OutputFile(Self.name(blocks), in: folder))
  }

  private static func checksum(_ features: [Float], _ logits: [Float]) -> String {
    let hash = Fingerprint()
    features.withUnsafeBytes { hash.update($0) }
    logits.withUnsafeBytes { hash.update($0) }
    return hash.hexadecimal
  }
}
