internal import Files

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
  /// Changes whenever the format does.
  static let format = family + "2"

  /// Contents to be written.
  init(key: String, fingerprint: String, classNames: [String], summary: DataSummary) {
    self.key = key
    self.fingerprint = fingerprint
    self.classNames = classNames
    self.summary = summary
  }

  /// The texts of the header.
  ///
  /// - Parameter labels: The labels, which the checksum covers.
  /// - Returns: Texts, of which `checksum` covers the others and the labels.
  func metadata(labels: [Int32]) -> [String: String] {
    var result = [
      "format": Self.format, "key": key, "fingerprint": fingerprint, "class_names": JSONText.encode(classNames),
      "summary": JSONText.encode(summary),
    ]
    result["checksum"] = Self.checksum(result, labels)
    return result
  }

  /// Reads the texts of a header; `nil` if they are not those of a cache, or damaged.
  init?(_ metadata: [String: String], labels: [Int32]) {
    var covered = metadata
    let checksum = covered.removeValue(forKey: "checksum")
    guard checksum == Self.checksum(covered, labels), metadata["format"] == Self.format, let key = metadata["key"],
      let fingerprint = metadata["fingerprint"],
      let names = metadata["class_names"].flatMap({ try? JSONText.decode([String].self, from: Array($0.utf8)) }),
      let summary = metadata["summary"].flatMap({ try? JSONText.decode(DataSummary.self, from: Array($0.utf8)) }),
      labels.allSatisfy({ names.indices.contains(Int($0)) }), summary.histogram.count == names.count
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
