internal import Files
internal import Foundation
public import Logging

/// What `sagan inspect` says about a checkpoint, a run or a single file; nothing is changed by looking.
public struct Inspection: Encodable, Sendable {
  /// Where the checkpoint is.
  public private(set) var checkpoint: String?
  /// How many checkpoints the run has, when a run was asked for.
  public private(set) var checkpoints: Int?
  /// The checkpoint that is kept for its score, when a run was asked for.
  package private(set) var best: BestCheckpoint?
  /// What the checkpoint says about itself.
  public private(set) var manifest: CheckpointManifest?
  /// The last line of the run's metrics.
  public private(set) var metrics: [String: Double?]?
  /// The files.
  public let files: [FileSummary]

  /// The same line as it stands in the file.
  package var metricsLine: String?

  private enum CodingKeys: CodingKey { case checkpoint, checkpoints, best, manifest, metrics, files }

  /// Reads what a path names.
  ///
  /// - Parameters:
  ///   - path: A checkpoint, a run directory for its newest, or a safetensors file.
  ///   - logger: Gets a warning for each damaged checkpoint that was passed over.
  /// - Throws: A `ReportedError` if it is none of these, or damaged.
  public init(_ path: String, logger: Logger) throws {
    var isDirectory: ObjCBool = false
    let isLatest = Directory.split(path).name == CheckpointFolder.latestName
    if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue, !isLatest {
      files = [try FileSummary(path: path, name: path)]
      return
    }
    let found = try Checkpoint.existing(in: path, logger: logger)
    checkpoint = found.path
    manifest = found.manifest
    files = try found.manifest.files.keys.sorted().map { try FileSummary(path: found.path + "/" + $0, name: $0) }
    let folder = Directory.split(found.path).folder
    let run = Directory.split(folder).folder
    guard found.path != path, RunFiles.hold(run) else { return }
    checkpoints = try CheckpointFolder(folder).steps().count
    do throws(FileError) {
      best = try CheckpointFolder(folder).best()
    } catch {
      logger.warning("\(error.message)")
    }
    guard let bytes = try? Self.tail(of: run + "/" + RunFiles.metrics) else { return }
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").last { $0.hasSuffix("}") }
    metricsLine = line.map(String.init)
    metrics = line.flatMap { try? JSONText.decode([String: Double?].self, from: Array($0.utf8)) }
  }

  /// The end of a file, in which a line of metrics is whole.
  private static func tail(of path: String) throws(FileError) -> [UInt8] {
    let file = try InputFile(path: path)
    let count = min(file.byteCount, 1 << 20)
    return try file.elements(of: UInt8.self, count: count, at: file.byteCount - count)
  }

  /// All of it as JSON; numbers that are none are texts.
  public var json: String {
    JSONText.printable(JSONText.encode(self, isPretty: true, spellsNonFinite: true))
  }
}
