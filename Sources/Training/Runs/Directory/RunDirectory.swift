public import Checkpoints
internal import Configuration
public import Files
internal import Foundation
internal import Images

/// Where rank 0 writes everything that a run leaves behind; locked as long as this object lives.
///
///     config.yaml, environment.json   everything that determines the run, resolved; where it ran
///     metrics.jsonl                   losses and the like, one object a line
///     evaluations.jsonl               scores of samples with their protocols, one evaluation a line
///     events.out.tfevents.*           the same for TensorBoard, with samples and spectral norms
///     samples/step-00001000.png       grids of samples
///     checkpoints/step-00001000/      the whole state; `latest` names the newest, `best` the one kept for its score
public final class RunDirectory {
  /// Where the directory was when it was opened.
  public let path: String
  /// The directory as such: it stays the run's when it is moved, and what is at its path then does not become so.
  let folder: Folder
  private let lock: FolderLock

  /// Creates or opens a run directory and locks it.
  ///
  /// - Parameters:
  ///   - path: Where the directory is or shall be.
  ///   - mayContinue: Whether it may hold a run already.
  /// - Throws: `FileError` of kind `cannotCreate`, without having touched anything, if it holds a run and may not, or
  ///   holds something else, or another process has it.
  public init(_ path: String, mayContinue: Bool) throws(FileError) {
    self.path = path
    try Self.check(path, mayContinue: mayContinue)
    try Directory.create(path)
    folder = try Folder(path)
    do throws(FileLock.Failure) {
      lock = try FolderLock(folder)
    } catch {
      throw Self.error(error, path)
    }
    // Another process may have finished a run between the first look and the lock.
    try Self.check(path, mayContinue: mayContinue)
  }

  /// Where the directory is now.
  public var place: String { folder.place }

  /// Checks that the directory is there still, and still this run's; whoever writes to it asks before.
  ///
  /// - Throws: `FileError` of kind `cannotCreate` if it was removed or emptied, or if another process has taken it.
  public func checkPresence() throws(FileError) {
    if folder.isRemoved || !folder.hasAnything(RunFiles.configuration) {
      throw FileError(
        .cannotCreate,
        "expected the run in '\(path)' and found that its directory was removed or emptied meanwhile; start the run anew, "
          + "or restore the directory and continue with --resume auto")
    }
    guard lock.isHeld else {
      throw FileError(
        .cannotCreate,
        "expected '\(place)/\(FolderLock.fileName)' to be this process's and found that it was removed; make sure that no "
          + "other process trains there, and continue with --resume auto")
    }
  }

  private static func error(_ failure: FileLock.Failure, _ path: String) -> FileError {
    switch failure {
    case .held:
      FileError(.cannotCreate, "another process is training in '\(path)'; wait for it or choose another --out")
    case .opening(let reason):
      FileError(.cannotCreate, "cannot write in '\(path)': \(reason); check the rights or choose another --out")
    case .locking(let reason):
      FileError(
        .cannotCreate, "cannot lock '\(path)/\(FolderLock.fileName)': \(reason); choose an --out on another disk")
    }
  }

  /// Checks, without touching anything, that a run may write to `path`.
  ///
  /// - Parameters:
  ///   - path: Where the directory is or shall be.
  ///   - mayContinue: Whether it may hold a run already.
  /// - Throws: `FileError` of kind `cannotCreate` if it holds a run and may not, or holds something else, or if the
  ///   rights to write there are missing.
  public static func check(_ path: String, mayContinue: Bool) throws(FileError) {
    try checkContent(path, mayContinue: mayContinue)
    try checkRights(path)
  }

  private static func checkContent(_ path: String, mayContinue: Bool) throws(FileError) {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else { return }
    guard isDirectory.boolValue, let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      throw FileError(
        .cannotCreate, "expected a directory at '\(path)' and found something else; choose another --out")
    }
    // What a process that was killed before it had written `config.yaml` can leave.
    guard !names.allSatisfy({ $0 == FolderLock.fileName || TemporaryName.isOne($0) }) else { return }
    guard RunFiles.hold(path) else {
      throw FileError(
        .cannotCreate,
        "expected a run or an empty directory at '\(path)' and found other files; choose another --out")
    }
    guard mayContinue else {
      throw FileError(
        .cannotCreate,
        "'\(path)' already holds a run; continue it with --resume auto (without --from), or choose another --out")
    }
  }

  /// The folder of checkpoints.
  public var checkpoints: CheckpointFolder { CheckpointFolder(of: folder) }

  /// Writes `config.yaml`, unless it says the same already.
  func write(_ configuration: TrainingConfiguration) throws {
    let text = Array(try configuration.settings.yaml().utf8)
    if folder.holds(RunFiles.configuration),
      try InputFile.bytes(of: folder.path(of: RunFiles.configuration)) == text
    {
      return
    }
    try OutputFile.write(text, to: RunFiles.configuration, in: folder)
    try folder.flush()
  }

  /// Appends a line to a file, unless it is there already, as it is where a step is made again.
  func append(_ line: String, to name: String) throws(FileError) {
    let bytes = Array(line.utf8)
    var isTorn = false
    if folder.holds(name) {
      var lines = LineReader(try InputFile(path: folder.path(of: name)), limit: bytes.count + 1)
      while let other = try lines.next() {
        if other.bytes == bytes, other.isEnded { return }
        isTorn = !other.isEnded
      }
    }
    let file = try AppendedFile(name, in: folder)
    // What a kill has cut off stays a line of its own.
    try file.append((isTorn ? [UInt8(ascii: "\n")] : []) + bytes + [UInt8(ascii: "\n")])
    try file.flush()
  }

  /// Writes `environment.json`.
  func write(_ environment: RunEnvironment) throws(FileError) {
    try OutputFile.write(Array(environment.json.utf8), to: RunFiles.environment, in: folder)
  }

  /// Writes a grid of samples.
  func write(samples png: [UInt8], step: Int) throws(FileError) {
    let samples = try folder.made(Self.samplesName)
    try OutputFile.write(png, to: Self.sampleName(step), in: samples)
    try samples.flush()
  }

  /// Removes what a killed process left unfinished, the checkpoints excepted.
  func removeAbandoned() throws(FileError) {
    folder.removeAbandoned()
    try folder.folder(Self.samplesName)?.removeAbandoned()
  }

  /// Removes grids of samples.
  ///
  /// - Parameter isVoid: Whether the grid of a step goes.
  /// - Throws: `FileError` where they cannot be listed or removed.
  func removeSamples(where isVoid: (Int) -> Bool) throws(FileError) {
    guard let samples = try folder.folder(Self.samplesName) else { return }
    for case let name? in try samples.names() {
      guard let step = Int(name.dropFirst(5).dropLast(4)), name == Self.sampleName(step), isVoid(step),
        samples.holds(name), try PNG.isOne(try InputFile(path: samples.path(of: name)))
      else { continue }
      try samples.remove(name)
    }
  }

  private static let samplesName = "samples"

  private static func sampleName(_ step: Int) -> String { "step-" + zeroPadded(step) + ".png" }
}
