package import Files

/// What all runs in an experiment's folder have in common: `experiment.json`, written before the first of them.
package struct ExperimentState: Codable, Equatable, Sendable {
  /// The name of its file.
  package static let fileName = "experiment.json"
  private static let format = "sagan experiment 1"

  private var format = Self.format
  /// How long runs are.
  package let scale: ExperimentScale
  /// The main data.
  package let data: String
  /// Photographs, `none` where they are left out, and `nil` as long as no table has asked for them.
  package let photographs: String?
  /// Other images of the same classes; `nil` where there are none.
  package let photographReference: String?
  /// What stands for photographs that are left out.
  package static let leftOut = "none"
  /// Networks that make the features of scores.
  package let extractor: String, photographExtractor: String
  /// What the user has changed in all rows.
  package let changes: [NamedText]
  /// Seeds of each row; may grow.
  package var seeds: Int

  /// What runs have in common.
  package init(
    scale: ExperimentScale, data: String, photographs: String?, photographReference: String?, extractor: String,
    photographExtractor: String, changes: [NamedText], seeds: Int
  ) {
    (self.scale, self.data, self.photographs) = (scale, data, photographs)
    (self.photographReference, self.extractor) = (photographReference, extractor)
    (self.photographExtractor, self.changes, self.seeds) = (photographExtractor, changes, seeds)
  }

  /// Reads a folder's.
  ///
  /// - Parameter folder: The folder.
  /// - Returns: What its runs have in common; `nil` where nothing has run there.
  /// - Throws: `FileError` where the file is damaged.
  package static func read(of folder: String) throws(FileError) -> ExperimentState? {
    let path = folder + "/" + fileName
    guard FileStatus(path) != nil else { return nil }
    let bytes = try InputFile(path: path).bytes(limit: 1 << 20)
    guard let state = try? JSONText.decode(ExperimentState.self, from: bytes), state.format == format,
      (1...1000).contains(state.seeds), (try? state.catalogue()) != nil
    else {
      throw FileError(
        .malformed,
        "expected what sagan experiment run writes in '\(path)' and found something else; choose another --out")
    }
    return state
  }

  /// Writes it, in place of what was there.
  func write(to folder: Folder) throws(FileError) {
    try OutputFile.write(Array((JSONText.encode(self, isPretty: true) + "\n").utf8), to: Self.fileName, in: folder)
  }

  /// The catalogue of its tables.
  ///
  /// - Throws: A `ReportedError` where its words name no data.
  package func catalogue() throws -> ExperimentCatalogue {
    ExperimentCatalogue(
      scale: scale, data: try ExperimentData(data, at: scale),
      photographs: try hasPhotographs
        ? photographs.map { try .photographs($0, reference: photographReference) } : nil, extractor: extractor,
      photographExtractor: photographExtractor, changes: changes)
  }

  /// The options of `sagan experiment run` that make the same.
  package var options: [String] {
    var words = ["--scale", scale.rawValue, "--data", data, "--seeds", "\(seeds)"]
    if let photographs { words += ["--photographs", photographs] }
    for change in changes { words += ["--set", "\(change.name)=\(change.value)"] }
    return words
  }

  /// Whether there are runs on photographs; a folder without them may get them later.
  package var hasPhotographs: Bool { photographs.map { $0 != Self.leftOut } ?? false }

  /// The first thing in which another one differs, in words; `nil` where their runs can lie in one folder.
  func difference(from other: ExperimentState) -> String? {
    let pairs = [
      ("scale", scale.rawValue, other.scale.rawValue), ("data", data, other.data),
      hasPhotographs ? ("photographs", photographs ?? "", other.photographs ?? Self.leftOut) : ("", "", ""),
      ("extractor", extractor, other.extractor),
      ("set", Self.words(changes), Self.words(other.changes)),
    ]
    return pairs.first { $0.1 != $0.2 }.map { "\($0.0) \($0.1) and not \($0.2)" }
  }

  private static func words(_ changes: [NamedText]) -> String {
    changes.isEmpty ? "nothing" : changes.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
  }
}
