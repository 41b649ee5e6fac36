public import Files
internal import Foundation

/// The folder `checkpoints` of a run: one folder for each step, and the file `latest`, which names the newest.
///
/// A checkpoint is written under a random name, flushed to disk and renamed, and only then named by `latest`, so a kill at
/// any instant leaves a whole one. Nothing is removed but what the program has made.
public struct CheckpointFolder {
  private enum Place {
    case path(String)
    case run(Folder)
  }

  private let place: Place

  /// The folder at `path`, which need not exist yet.
  public init(_ path: String) { place = .path(path) }

  /// The folder of a run, which need not exist yet, wherever the run's directory is moved.
  package init(of run: Folder) { place = .run(run) }

  /// Where the folder is.
  public var path: String {
    switch place {
    case .path(let path): path
    case .run(let run): run.path(of: RunFiles.checkpoints)
    }
  }

  /// The folder, which is made if there is none.
  func made() throws(FileError) -> Folder {
    switch place {
    case .run(let run): return try run.made(RunFiles.checkpoints)
    case .path(let path):
      try Directory.create(path)
      return try Folder(path)
    }
  }

  static let latestName = "latest"

  /// The name of a step's checkpoint.
  package static func name(step: Int) -> String { "step-" + zeroPadded(step) }

  /// What a step's checkpoint says about itself; its other files are not looked at.
  ///
  /// - Parameter step: The step.
  /// - Returns: The manifest.
  /// - Throws: `CheckpointError` if it is missing or damaged.
  package func manifest(ofStep step: Int) throws(CheckpointError) -> CheckpointManifest {
    try CheckpointManifest(path: path + "/" + Self.name(step: step) + "/" + Checkpoint.manifestName)
  }

  /// Writes a checkpoint and removes older ones, beyond `keep` and between those of every `every` steps.
  ///
  /// Nothing goes before the new checkpoint is whole, and nothing is written if there is no room for it.
  ///
  /// - Parameters:
  ///   - contents: The state of the run.
  ///   - keep: How many checkpoints up to this step stay.
  ///   - every: Checkpoints of steps that it divides stay for good; none do where `nil`.
  ///   - replaced: The step of a checkpoint that goes as soon as this one is there.
  ///   - spared: The steps of checkpoints that stay.
  /// - Throws: `FileError` when the disk is full, for instance; then `latest` names what it named before.
  public func write(
    _ contents: CheckpointContents, keep: Int, every: Int? = nil, replacing replaced: Int? = nil,
    sparing spared: Set<Int> = []
  ) throws(FileError) {
    let folder = try made()
    let own = Set(contents.files.map(\.name) + [Checkpoint.manifestName])
    folder.removeAbandoned(filesOfFolders: own)
    try checkRoom(for: contents)
    let (name, partial) = try folder.makeTemporaryFolder()
    defer { folder.discard(name, files: own) }
    var summaries: [String: OutputFile.Summary] = [:]
    for file in contents.files { summaries[file.name] = try file.write(in: partial) }
    let manifest = CheckpointManifest(contents, files: summaries)
    try OutputFile.write(Array(manifest.text.utf8), to: Checkpoint.manifestName, in: partial)
    try partial.flush()
    try folder.exchange(name, with: Self.name(step: contents.step))
    try folder.flush()
    // Another checkpoint of this step, which it had to wait for.
    try retire(name, of: contents.step, own, from: folder)
    try setLatest(contents.step, in: folder)
    if let replaced, replaced != contents.step, !spared.contains(replaced) { try remove(replaced, own, from: folder) }
    // Checkpoints after this step belong to a run that was taken back; they stay until this run replaces them.
    for old in Self.steps(among: try folder.names()).filter({ $0 <= contents.step }).dropLast(keep)
    where !spared.contains(old) && (every.map { !old.isMultiple(of: $0) } ?? true) {
      try remove(old, own, from: folder)
    }
  }

  /// Lets `latest` name a step's checkpoint.
  package func setLatest(_ step: Int) throws(FileError) { try setLatest(step, in: try made()) }

  private func setLatest(_ step: Int, in folder: Folder) throws(FileError) {
    try OutputFile.write(Array((Self.name(step: step) + "\n").utf8), to: Self.latestName, in: folder)
    try folder.flush()
  }

  /// Looks for the newest whole checkpoint: the one that `latest` names, or else the last one, or else one before it.
  package func search() throws(CheckpointError) -> CheckpointSearch {
    // The run may go on meanwhile and remove what was listed: then its newest checkpoint is another one.
    for _ in 0..<4 {
      let before = try listed()
      let result = try searchOnce()
      if result.damaged.isEmpty { return result }
      if try listed() == before { return result }
    }
    return try searchOnce()
  }

  private func listed() throws(CheckpointError) -> [Int] {
    do throws(FileError) { return try steps() } catch { throw CheckpointError(error) }
  }

  private func searchOnce() throws(CheckpointError) -> CheckpointSearch {
    let order: [Int]
    do throws(FileError) {
      let steps = try steps()
      let newest = try latest() ?? steps.last ?? 0
      order = steps.filter { $0 <= newest }.reversed() + steps.filter { $0 > newest }.reversed()
    } catch {
      throw CheckpointError(error)
    }
    return try CheckpointSearch(order.map(folder))
  }

  /// The step whose checkpoint the file `latest` names, if there is one.
  package func latest() throws(FileError) -> Int? {
    let bytes: [UInt8]
    do throws(FileError) {
      let file = try InputFile(path: path + "/" + Self.latestName)
      // A longer text is no name of a checkpoint.
      bytes = try file.elements(of: UInt8.self, count: min(file.byteCount, 256), at: 0)
    } catch {
      guard error.kind == .missing else { throw error }
      return nil
    }
    let name = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    return try steps().first { Self.name(step: $0) == name }
  }

  /// Gives a damaged checkpoint another name, so that nothing takes it for one.
  ///
  /// - Parameter checkpoint: The checkpoint's folder, here.
  /// - Returns: The new name.
  /// - Throws: `FileError` if it cannot be renamed.
  package func setAside(_ checkpoint: String) throws(FileError) -> String {
    let (name, folder) = (Directory.split(checkpoint).name, try made())
    let other = try folder.freeName(name + ".damaged")
    try folder.rename(name, to: other)
    try folder.flush()
    return other
  }

  /// The steps with a checkpoint, in order; none where there is no such folder.
  ///
  /// - Returns: Steps.
  /// - Throws: `FileError` where the folder cannot be read: that is not the same as an empty one.
  package func steps() throws(FileError) -> [Int] {
    let names: [String?]
    do throws(FileError) {
      names = try Directory.names(in: path)
    } catch {
      guard error.kind == .missing, FileStatus(path) == nil else { throw error }
      return []
    }
    return Self.steps(among: names)
  }

  private static func steps(among names: [String?]) -> [Int] { names.compactMap { $0.flatMap(step) }.sorted() }

  /// Whether a checkpoint can have a name.
  static func isName(_ name: String) -> Bool { step(name) != nil }

  /// The step of a checkpoint's name.
  private static func step(_ name: String) -> Int? {
    guard name.hasPrefix("step-"), let step = Int(name.dropFirst(5)), name == Self.name(step: step) else { return nil }
    return step
  }

  /// Whether there is a checkpoint.
  package func holdsAny() throws(CheckpointError) -> Bool {
    do throws(FileError) { return try !steps().isEmpty } catch { throw CheckpointError(error) }
  }

  private func folder(_ step: Int) -> String { path + "/" + Self.name(step: step) }

  /// Removes a step's checkpoint, if there is one; it loses its name first, so that half of one is never taken for a whole
  /// one.
  ///
  /// What else somebody has put into its folder stays there, under a name that is no checkpoint's.
  private func remove(_ step: Int, _ own: Set<String>, from folder: Folder) throws(FileError) {
    guard let doomed = try folder.setAside(Self.name(step: step)) else { return }
    try retire(doomed, of: step, own, from: folder)
  }

  private func retire(_ doomed: String, of step: Int, _ own: Set<String>, from folder: Folder) throws(FileError) {
    guard !folder.discard(doomed, files: own), folder.holdsFolder(doomed) else { return }
    try folder.rename(doomed, to: try folder.freeName(Self.name(step: step) + ".kept"))
  }
}
