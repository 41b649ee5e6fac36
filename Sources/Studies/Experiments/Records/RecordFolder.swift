package import Files

/// The records of an experiment's folder, `records/KEY-sN/`: each appears whole or not at all.
package struct RecordFolder: Sendable {
  /// The numbers.
  package static let fileName = "record.json"
  /// A picture that may lie beside them: samples of fixed latents.
  package static let samplesName = "samples.png"
  /// Another one: what attention looks at.
  package static let attentionName = "attention.png"
  /// All names in a record's folder.
  private static let names: Set<String> = [fileName, samplesName, attentionName]
  /// A record of a million steps is smaller.
  private static let largest = 16 << 20

  private let path: String

  /// The records below a folder.
  package init(of folder: String) { path = folder + "/records" }

  /// Where a record lies.
  package func path(of name: String) -> String { path + "/" + name }

  /// Whether a run is finished.
  package func holds(_ name: String) -> Bool { FileStatus(path(of: name) + "/" + Self.fileName) != nil }

  /// The records of runs that a plan does not have: of tables as they were before, or of other settings.
  package func strangers(to plan: RunPlan) -> [String] {
    let planned = Set(plan.runs.map(\.name))
    let names = ((try? Directory.names(in: path)) ?? []).compactMap(\.self)
    return names.filter { !planned.contains($0) && holds($0) }.sorted()
  }

  /// Reads a record.
  ///
  /// - Parameter name: The run's name.
  /// - Returns: The record; `nil` where there is none.
  /// - Throws: `FileError` where it is damaged.
  package func record(_ name: String) throws(FileError) -> FinishedRun? {
    guard holds(name) else { return nil }
    let file = path(of: name) + "/" + Self.fileName
    let bytes = try InputFile(path: file).bytes(limit: Self.largest)
    guard let record = try? JSONText.decode(FinishedRun.self, from: bytes) else {
      throw Self.damaged(file, "it is no record")
    }
    if let fault = record.fault { throw Self.damaged(file, fault) }
    guard record.name == name else { throw Self.damaged(file, "it is that of \(record.name)") }
    return record
  }

  private static func damaged(_ file: String, _ fault: String) -> FileError {
    FileError(
      .malformed,
      "expected the record of a finished run in '\(file)' and found something else (\(fault)); remove its folder, and the run is made "
        + "again")
  }

  /// The bytes of a record's picture, where there is one.
  package func picture(_ picture: String, of name: String) -> [UInt8]? {
    guard let file = try? InputFile(path: path(of: name) + "/" + picture) else { return nil }
    return try? file.bytes(limit: 32 << 20)
  }

  /// Writes a record beside, and gives it its name when it is whole.
  ///
  /// - Parameters:
  ///   - record: The numbers.
  ///   - pictures: Names and bytes of pictures.
  /// - Throws: `FileError` where it cannot be written.
  package func write(_ record: FinishedRun, pictures: [(name: String, bytes: [UInt8])]) throws(FileError) {
    try Directory.create(path)
    let folder = try Folder(path)
    folder.removeAbandoned(filesOfFolders: Self.names)
    let (temporary, own) = try folder.makeTemporaryFolder()
    do throws(FileError) {
      for picture in pictures { try OutputFile.write(picture.bytes, to: picture.name, in: own) }
      try OutputFile.write(
        Array((JSONText.encode(record) + "\n").utf8), to: Self.fileName, in: own)
      try own.flush()
      try folder.rename(temporary, to: record.name)
    } catch {
      folder.discard(temporary, files: Self.names)
      throw error
    }
    try folder.flush()
  }
}
