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
    try restore(files) { (name) throws(FileError) in try SafetensorsFile(path: self.path + "/" + name) }
  }

  /// The same with files that `open` opens.
  func restore(
    _ files: [CheckpointFile], _ open: (String) throws(FileError) -> SafetensorsFile
  ) throws(CheckpointError) {
    var opened: [(target: CheckpointFile, source: SafetensorsFile)] = []
    for target in files {
      guard manifest.files[target.name] != nil else {
        throw CheckpointError(.malformed, "expected the file '\(target.name)' in '\(path)', whose manifest lacks it")
      }
      do {
        opened.append((target, try open(target.name)))
      } catch {
        throw CheckpointError(error)
      }
    }
    for (target, source) in opened { try target.check(source) }
    for (target, source) in opened { try target.fill(from: source) }
  }

  /// The settings that the checkpoint was made with; those that decide nothing about it have their defaults.
  public func settings() throws(CheckpointError) -> TrainingSettings { try configuration().settings }

  /// The same settings, resolved.
  ///
  /// - Returns: A configuration.
  /// - Throws: `CheckpointError` if the manifest holds no settings of a run.
  public func configuration() throws(CheckpointError) -> TrainingConfiguration {
    do throws(ConfigurationError) {
      var result = TrainingSettings(
        preset: "", data: "", resolution: 32, steps: manifest.step, batch: 1, generatorBatch: 1, shards: 1)
      result.assumeEarlierVersion(unless: manifest.settings.keys)
      try result.apply(
        manifest.settings.sorted { $0.key < $1.key }.map {
          SettingAssignment(key: $0.key, value: $0.value, origin: "settings")
        })
      guard result.classes != nil, result.imageChannels != nil else {
        throw ConfigurationError("expected the settings of a run and found neither classes nor image-channels")
      }
      return try TrainingConfiguration(result)
    } catch {
      throw CheckpointError(
        .malformed, damage: "'\(path)/\(Self.manifestName)' cannot be used: \(error.description)")
    }
  }

  /// Checks that a file that somebody wants written would neither lie in a checkpoint nor take the name of one, nor that of a file
  /// that a run needs to go on.
  ///
  /// - Parameter path: Where the file would be.
  /// - Throws: `FileError` of kind `cannotCreate`.
  package static func checkOutside(_ path: String) throws(FileError) {
    let (place, name) = Directory.split(path)
    let folder = RunFiles.absolute(place)
    let (run, last) = Directory.split(folder)
    var (isCheckpoint, above) = (false, folder)
    // However deep below one.
    while !isCheckpoint {
      isCheckpoint = [manifestName, "state.safetensors"].allSatisfy { FileStatus(above + "/" + $0) != nil }
      if above == "/" || above == "." || above.isEmpty { break }
      above = Directory.split(above).folder
    }
    let isNamedLikeOne =
      last == RunFiles.checkpoints && RunFiles.hold(run)
      && ([CheckpointFolder.latestName, CheckpointFolder.bestName].contains(name) || CheckpointFolder.isName(name))
    if RunFiles.own.contains(name), RunFiles.hold(folder) {
      throw FileError(
        .cannotCreate, "'\(path)' would take the place of a file of the run, which stays as it is; choose another name")
    }
    guard isCheckpoint || isNamedLikeOne else { return }
    throw FileError(
      .cannotCreate, "'\(path)' would lie among the files of a checkpoint, which stay as they are; choose another place"
    )
  }

  static let manifestName = "manifest.json"
}
