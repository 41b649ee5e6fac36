internal import Files
internal import Formats
public import Logging

/// A checkpoint whose numbers a new run starts with, held open: its own run may go on and remove it meanwhile.
public final class RunOrigin {
  /// The run directory or checkpoint, as the user named it.
  public let name: String
  /// The checkpoint.
  public let checkpoint: Checkpoint
  private let files: [String: SafetensorsFile]

  /// How often a run that goes on may remove its newest checkpoint while that is opened.
  private static let attempts = 5

  /// Finds a checkpoint, checks it and opens its files.
  ///
  /// - Parameters:
  ///   - name: What `Checkpoint.search` takes.
  ///   - step: The step of the checkpoint that is meant; the newest whole one where `nil`.
  ///   - checksum: The checksum of its manifest; any where `nil`.
  ///   - logger: Gets warnings of damaged checkpoints that were passed over, and of steps with wrong gradients.
  /// - Throws: `CheckpointError` if there is none that is whole.
  public init(_ name: String, step: Int? = nil, checksum: String? = nil, logger: Logger) throws(CheckpointError) {
    self.name = name
    var attempt = 1
    while true {
      let found = try Self.find(name, step: step, checksum: checksum, logger)
      do throws(FileError) {
        var files: [String: SafetensorsFile] = [:]
        for file in found.manifest.files.keys { files[file] = try SafetensorsFile(path: found.path + "/" + file) }
        (checkpoint, self.files) = (found, files)
        return
      } catch {
        guard error.kind == .missing, attempt < Self.attempts else { throw CheckpointError(error) }
        attempt += 1
      }
    }
  }

  private static func find(
    _ name: String, step: Int?, checksum: String?, _ logger: Logger
  ) throws(CheckpointError) -> Checkpoint {
    let newest = try Checkpoint.existing(in: name, logger: logger)
    guard let checksum, newest.manifest.checksum != checksum else { return newest }
    let folder = CheckpointFolder(Directory.split(newest.path).folder)
    if let step, let other = try? Checkpoint(path: folder.path + "/" + CheckpointFolder.name(step: step)),
      other.manifest.checksum == checksum
    {
      return other
    }
    throw CheckpointError(
      .missing,
      "expected the checkpoint of step \(step ?? 0) with checksum \(checksum) in '\(name)', as the run's settings say, and "
        + "found others; name a checkpoint with --from to start from that one")
  }

  /// Sets all numbers of `files` from the checkpoint's files of the same names.
  ///
  /// - Parameters:
  ///   - files: Where to read into.
  ///   - fit: What fits, where the origin has other classes or another head; the rest keeps its numbers.
  /// - Throws: `CheckpointError` if the tensors are not the same, or numbers of them are not finite.
  public func restore(_ files: [CheckpointFile], fitting fit: OriginFit? = nil) throws(CheckpointError) {
    guard let fit else { return try checkpoint.restore(files, open) }
    for target in files {
      let source: SafetensorsFile
      do throws(FileError) { source = try open(target.name) } catch { throw CheckpointError(error) }
      try target.fill(from: source, fitting: fit)
    }
  }

  private func open(_ name: String) throws(FileError) -> SafetensorsFile {
    if let file = files[name] { return file }
    return try SafetensorsFile(path: checkpoint.path + "/" + name)
  }
}
