internal import Files
internal import Foundation
public import Logging

/// What a look for the newest whole checkpoint found.
public struct CheckpointSearch: Sendable {
  /// A checkpoint that is not what its writer left.
  public struct Damaged: Sendable {
    /// The checkpoint's folder.
    public let path: String
    /// What is wrong with it.
    public let error: CheckpointError
  }

  /// The newest whole checkpoint, if there is one.
  public let checkpoint: Checkpoint?
  /// Those that were passed over on the way to it, the newest first.
  public let damaged: [Damaged]

  /// Nothing.
  package static let nothing = CheckpointSearch(checkpoint: nil, damaged: [])

  /// Checks checkpoints until one is whole.
  ///
  /// - Parameter paths: Folders of checkpoints, the newest first.
  /// - Throws: `CheckpointError` for a checkpoint that may be whole and cannot be read, of a newer format for instance.
  init(_ paths: [String]) throws(CheckpointError) {
    var damaged: [Damaged] = []
    for path in paths {
      do {
        self.init(checkpoint: try Checkpoint(path: path), damaged: damaged)
        return
      } catch {
        guard error.damage != nil else { throw error }
        damaged.append(Damaged(path: path, error: error))
      }
    }
    self.init(checkpoint: nil, damaged: damaged)
  }

  private init(checkpoint: Checkpoint?, damaged: [Damaged]) {
    self.checkpoint = checkpoint
    self.damaged = damaged
  }

  /// Warns of the damaged checkpoints that were passed over.
  package func warn(_ logger: Logger) {
    guard let checkpoint else { return }
    for damaged in damaged {
      logger.warning(
        "the checkpoint '\(damaged.path)' is damaged: \(damaged.error.damage ?? ""); using '\(checkpoint.path)'")
    }
  }

  /// The checkpoint, where there has to be one.
  package func existing(in path: String) throws(CheckpointError) -> Checkpoint {
    if let checkpoint { return checkpoint }
    throw damaged.first?.error
      ?? CheckpointError(.missing, "expected a checkpoint in '\(path)' and found none; check the path")
  }
}

extension Checkpoint {
  /// Looks for a checkpoint: the newest whole one of a run directory, or the one that the path names.
  ///
  /// - Parameter path: A run directory, its folder `checkpoints`, the file `latest` in that, or a checkpoint's folder.
  /// - Returns: The checkpoint, and newer ones that are damaged; nothing if this is a run directory without any.
  /// - Throws: `CheckpointError` if the path names nothing of these, or a checkpoint that is damaged.
  public static func search(_ path: String) throws(CheckpointError) -> CheckpointSearch {
    let files = FileManager.default
    if files.fileExists(atPath: path + "/" + manifestName) {
      let search = try CheckpointSearch([path])
      if let named = search.damaged.first { throw named.error }
      return search
    }
    let place = Directory.split(path)
    if place.name == CheckpointFolder.latestName { return try CheckpointFolder(place.folder).search() }
    guard FileStatus(path)?.isFolder != false else {
      throw CheckpointError(
        .malformed, "expected a checkpoint or a run directory at '\(path)' and found a file; name the directory")
    }
    for folder in [path + "/" + RunFiles.checkpoints, path] {
      let folder = CheckpointFolder(folder)
      if try folder.holdsAny() { return try folder.search() }
    }
    guard files.fileExists(atPath: path) else {
      throw CheckpointError(
        .missing, "expected a checkpoint or a run directory at '\(path)' and found nothing; check the path")
    }
    guard files.fileExists(atPath: path + "/" + RunFiles.configuration) else {
      throw CheckpointError(
        .missing,
        "expected a checkpoint or a run directory at '\(path)' and found neither \(manifestName) nor "
          + "\(RunFiles.checkpoints); check the path")
    }
    return .nothing
  }

  /// The checkpoint that `search` finds, where there has to be one; nothing is changed.
  ///
  /// - Parameters:
  ///   - path: What `search` takes; a run directory where `isBest`.
  ///   - isBest: Whether the one that is kept for its score is meant.
  ///   - logger: Gets warnings of damaged checkpoints that were passed over, and of steps with wrong gradients.
  /// - Returns: The checkpoint.
  /// - Throws: `CheckpointError` if there is none that is whole.
  public static func existing(
    in path: String, isBest: Bool = false, logger: Logger
  ) throws(CheckpointError) -> Checkpoint {
    let checkpoint: Checkpoint
    if isBest {
      checkpoint = try best(ofRun: path).checkpoint
    } else {
      let search = try search(path)
      checkpoint = try search.existing(in: path)
      search.warn(logger)
    }
    if let fault = checkpoint.gradientFault {
      logger.warning("\(fault); start a new run for a model with correct gradients throughout")
    }
    return checkpoint
  }
}
