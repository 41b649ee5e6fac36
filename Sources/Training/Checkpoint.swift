internal import Foundation
internal import Formats

/// A checkpoint on disk whose manifest and checksums were found in order.
public struct Checkpoint {
  /// The checkpoint's folder.
  public let path: String
  /// What it says about itself.
  public let manifest: CheckpointManifest

  /// Reads a checkpoint's manifest and checks sizes and checksums of its files.
  ///
  /// - Parameter path: The checkpoint's folder.
  /// - Throws: `CheckpointError` if anything is missing or damaged.
  public init(path: String) throws(CheckpointError) {
    self.path = path
    manifest = try CheckpointManifest(path: path + "/" + Self.manifestName)
    for (name, expected) in manifest.files.sorted(by: { $0.key < $1.key }) {
      let found: OutputFile.Summary
      do {
        found = try InputFile.summary(of: path + "/" + name)
      } catch {
        throw CheckpointError(error)
      }
      guard found.byteCount == expected.bytes else {
        throw CheckpointError(
          .malformed,
          "expected \(expected.bytes) bytes in '\(path)/\(name)' and found \(found.byteCount); use another "
            + "checkpoint")
      }
      guard found.checksum == expected.xxh3 else {
        throw CheckpointError(
          .malformed,
          "the bytes of '\(path)/\(name)' do not have the checksum \(expected.xxh3) of the manifest; the file is "
            + "damaged: use another checkpoint")
      }
    }
  }

  /// Finds a checkpoint: the newest one of a run directory, or the one that the path names.
  ///
  /// - Parameter path: A run directory, its folder `checkpoints`, the file `latest` in that, or a checkpoint's folder.
  /// - Returns: The checkpoint, checked; `nil` if this is a run directory without one.
  /// - Throws: `CheckpointError` if the path names nothing of these, or the checkpoint is damaged.
  public static func newest(in path: String) throws(CheckpointError) -> Checkpoint? {
    let files = FileManager.default
    if files.fileExists(atPath: path + "/" + manifestName) { return try Checkpoint(path: path) }
    let place = Directory.split(path)
    if place.name == CheckpointFolder.latestName { return try CheckpointFolder(place.folder).newest() }
    for folder in [path + "/" + RunDirectory.checkpointsName, path] {
      let folder = CheckpointFolder(folder)
      if !folder.isEmpty { return try folder.newest() }
    }
    guard files.fileExists(atPath: path) else {
      throw CheckpointError(
        .missing, "expected a checkpoint or a run directory at '\(path)' and found nothing; check the path")
    }
    guard files.fileExists(atPath: path + "/" + RunDirectory.configurationName) else {
      throw CheckpointError(
        .missing,
        "expected a checkpoint or a run directory at '\(path)' and found neither \(manifestName) nor "
          + "\(RunDirectory.checkpointsName); check the path")
    }
    return nil
  }

  /// The checkpoint that `newest(in:)` finds, where there has to be one.
  public static func existing(in path: String) throws(CheckpointError) -> Checkpoint {
    guard let checkpoint = try newest(in: path) else {
      throw CheckpointError(.missing, "expected a checkpoint in '\(path)' and found none; check the path")
    }
    return checkpoint
  }

  /// Sets all numbers of `files` from the checkpoint's files of the same names.
  ///
  /// Names and shapes of all tensors are compared before the first number is changed.
  ///
  /// - Parameter files: Where to read into.
  /// - Throws: `CheckpointError` if the tensors are not the same.
  public func restore(_ files: [CheckpointFile]) throws(CheckpointError) {
    var opened: [(target: CheckpointFile, source: SafetensorsFile)] = []
    for target in files {
      guard manifest.files[target.name] != nil else {
        throw CheckpointError(.malformed, "expected the file '\(target.name)' in '\(path)', whose manifest lacks it")
      }
      do {
        opened.append((target, try SafetensorsFile(path: path + "/" + target.name)))
      } catch {
        throw CheckpointError(error)
      }
    }
    for (target, source) in opened { try target.check(source) }
    for (target, source) in opened { try target.fill(from: source) }
  }

  /// The settings that the checkpoint was made with; those that decide nothing about it have their defaults.
  public func configuration() throws(ConfigurationError) -> TrainingConfiguration {
    var result = TrainingConfiguration(
      preset: "", data: "", resolution: 32, steps: manifest.step, batch: 1, generatorBatch: 1, shards: 1)
    try result.apply(
      manifest.settings.sorted { $0.key < $1.key }.map {
        SettingAssignment(key: $0.key, value: $0.value, origin: path + "/" + Self.manifestName)
      })
    return result
  }

  static let manifestName = "manifest.json"
}
