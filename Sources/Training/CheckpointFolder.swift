public import Formats
internal import Foundation

#if canImport(Glibc)
  internal import Glibc
#endif

/// The folder `checkpoints` of a run: one folder for each step, and the file `latest`, which names the newest.
///
/// A checkpoint is written beside, flushed to disk and renamed, and only then named by `latest`, so a kill at any instant
/// leaves a whole one.
public struct CheckpointFolder {
  /// Where the folder is.
  public let path: String

  /// The folder at `path`, which need not exist yet.
  public init(_ path: String) { self.path = path }

  static let latestName = "latest"
  private static let partialSuffix = ".partial"

  /// The name of a step's checkpoint.
  static func name(step: Int) -> String { "step-" + zeroPadded(step) }

  /// Writes a checkpoint and removes the oldest ones beyond `keep`.
  ///
  /// - Parameters:
  ///   - contents: The state of the run.
  ///   - keep: How many checkpoints up to this step stay.
  /// - Throws: `FormatError` when the disk is full, for instance; then `latest` names what it named before.
  public func write(_ contents: CheckpointContents, keep: Int) throws(FormatError) {
    try Directory.create(path)
    removePartial()
    defer { removePartial() }
    let name = Self.name(step: contents.step)
    let partial = path + "/" + name + Self.partialSuffix
    try Directory.create(partial)
    var summaries: [String: OutputFile.Summary] = [:]
    for file in contents.files { summaries[file.name] = try file.write(to: partial + "/" + file.name) }
    let manifest = CheckpointManifest(contents, files: summaries)
    try OutputFile.write(Array(manifest.text.utf8), to: partial + "/" + Checkpoint.manifestName)
    try Directory.flush(partial)
    try Directory.rename(partial, to: path + "/" + name, aside: path + "/replaced" + Self.partialSuffix)
    try Directory.flush(path)
    try OutputFile.write(Array((name + "\n").utf8), to: path + "/" + Self.latestName)
    try Directory.flush(path)
    prune(upTo: contents.step, keep: keep)
  }

  /// The checkpoint that `latest` names, or the last whole one if there is no such folder.
  func newest() throws(CheckpointError) -> Checkpoint? {
    if let bytes = try? InputFile.bytes(of: path + "/" + Self.latestName) {
      let name = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
      if steps.contains(where: { Self.name(step: $0) == name }) { return try Checkpoint(path: path + "/" + name) }
    }
    guard let last = steps.last else { return nil }
    return try Checkpoint(path: path + "/" + Self.name(step: last))
  }

  /// Whether there is no checkpoint.
  var isEmpty: Bool { steps.isEmpty }

  /// How many checkpoints there are.
  var count: Int { steps.count }

  /// The steps with a checkpoint, in order.
  private var steps: [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.compactMap { name in
      guard name.hasPrefix("step-"), let step = Int(name.dropFirst(5)), name == Self.name(step: step) else {
        return nil
      }
      return step
    }.sorted()
  }

  /// Checkpoints after `step` belong to a run that was taken back; they stay until this run replaces them.
  private func prune(upTo step: Int, keep: Int) {
    for old in steps.filter({ $0 <= step }).dropLast(keep) {
      // The manifest goes first, so that half a checkpoint is never taken for a whole one.
      let folder = path + "/" + Self.name(step: old)
      unlink(folder + "/" + Checkpoint.manifestName)
      try? FileManager.default.removeItem(atPath: folder)
    }
  }

  /// Removes what a killed process left unfinished.
  private func removePartial() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    for name in names where name.hasSuffix(Self.partialSuffix) {
      try? FileManager.default.removeItem(atPath: path + "/" + name)
    }
  }
}

/// A step's number as it stands in file names, for instance `00001000`.
func zeroPadded(_ step: Int) -> String {
  let digits = String(step)
  return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
}
