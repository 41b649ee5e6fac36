internal import Files
internal import Formats

/// What the header of a cache says beside the shapes of `images` and `labels`.
struct CacheContents: Equatable {
  /// What the cache was made from, and in which form.
  let key: String
  /// The fingerprint of the images and labels.
  let fingerprint: String
  /// The names of the classes that there are folders of.
  let classNames: [String]
  /// What every start reports about the images.
  let summary: DataSummary

  /// What the formats of all versions begin with.
  static let family = "sagan image cache "
  /// Changes whenever the format of caches does.
  static let format = family + "2"

  /// Bytes to keep for a header before it is known.
  static func headerSpace(classNames: [String]) -> Int {
    // Room for the classes' names, twice quoted, and for everything else, the longest file names included.
    let names = classNames.reduce(0) { $0 + 16 * ($1.utf8.count + 2) }
    return (names + 64 * classNames.count + (1 << 18)) / 4096 * 4096
  }

  /// Contents to be written.
  init(key: String, fingerprint: String, classNames: [String], summary: DataSummary) {
    self.key = key
    self.fingerprint = fingerprint
    self.classNames = classNames
    self.summary = summary
  }

  /// The texts of the header.
  ///
  /// - Parameters:
  ///   - labels: The labels, which the checksum covers.
  ///   - format: Of which kind of file it is.
  ///   - others: Further texts.
  /// - Returns: Texts, of which `checksum` covers the others and the labels.
  func metadata(
    labels: [Int32], format: String = CacheContents.format, _ others: [String: String] = [:]
  ) -> [String: String] {
    var result = [
      "format": format, "key": key, "fingerprint": fingerprint, "class_names": JSONText.encode(classNames),
      "summary": JSONText.encode(summary),
    ]
    result.merge(others) { own, _ in own }
    result["checksum"] = Self.checksum(result, labels)
    return result
  }

  /// Reads the texts of a header; `nil` if they are not those of a file of this kind, or damaged.
  init?(_ metadata: [String: String], labels: [Int32], format: String = CacheContents.format) {
    var covered = metadata
    let checksum = covered.removeValue(forKey: "checksum")
    guard checksum == Self.checksum(covered, labels), metadata["format"] == format, let key = metadata["key"],
      let fingerprint = metadata["fingerprint"],
      let names = metadata["class_names"].flatMap({ try? JSONText.decode([String].self, from: Array($0.utf8)) }),
      let summary = metadata["summary"].flatMap({ try? JSONText.decode(DataSummary.self, from: Array($0.utf8)) }),
      names.count <= ClassLabel.limit, labels.allSatisfy({ names.indices.contains(Int($0)) }),
      summary.isValid(for: labels, classes: names.count)
    else { return nil }
    self.init(key: key, fingerprint: fingerprint, classNames: names, summary: summary)
  }

  private static func checksum(_ texts: [String: String], _ labels: [Int32]) -> String {
    let fingerprint = Fingerprint()
    for (key, text) in texts.sorted(by: { $0.key < $1.key }) {
      fingerprint.update(key)
      fingerprint.update(text)
    }
    labels.withUnsafeBytes { fingerprint.update($0) }
    return fingerprint.hexadecimal
  }
}
