public import Configuration
package import Files
internal import Formats
internal import Foundation

/// A checkpoint on disk whose manifest and checksums were found in order.
public struct Checkpoint: Sendable {
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
        throw .reading(path + "/" + name, error)
      }
      guard found.byteCount == expected.bytes else {
        throw CheckpointError(
          .malformed, damage: "expected \(expected.bytes) bytes in '\(path)/\(name)' and found \(found.byteCount)")
      }
      guard found.checksum == expected.xxh3 else {
        throw CheckpointError(
          .malformed,
          damage: "the bytes of '\(path)/\(name)' do not have the checksum \(expected.xxh3) of the manifest")
      }
    }
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
  public func settings() throws(ConfigurationError) -> TrainingSettings {
    var result = TrainingSettings(
      preset: "", data: "", resolution: 32, steps: manifest.step, batch: 1, generatorBatch: 1, shards: 1)
    try result.apply(
      manifest.settings.sorted { $0.key < $1.key }.map {
        SettingAssignment(key: $0.key, value: $0.value, origin: path + "/" + Self.manifestName)
      })
    return result
  }

  /// Checks that a file that somebody wants written would not lie in a checkpoint, or beside those of a run.
  ///
  /// - Parameter path: Where the file would be.
  /// - Throws: `FileError` of kind `cannotCreate`.
  package static func checkOutside(_ path: String) throws(FileError) {
    let folder = RunFiles.absolute(Directory.split(path).folder)
    let place = Directory.split(folder)
    let isCheckpoint = [manifestName, "state.safetensors"].allSatisfy { FileStatus(folder + "/" + $0) != nil }
    guard isCheckpoint || place.name == RunFiles.checkpoints && RunFiles.hold(place.folder) else { return }
    throw FileError(
      .cannotCreate, "'\(path)' would lie among the files of a checkpoint, which stay as they are; choose another place"
    )
  }

  static let manifestName = "manifest.json"
}
