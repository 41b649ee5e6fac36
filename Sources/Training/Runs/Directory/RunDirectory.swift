public import Checkpoints
internal import Configuration
public import Files
internal import Foundation

/// Where rank 0 writes everything that a run leaves behind; locked as long as this object lives.
///
///     config.yaml, environment.json   everything that determines the run, resolved; where it ran
///     metrics.jsonl                   losses and the like, one object a line
///     events.out.tfevents.*           the same for TensorBoard, with samples and spectral norms
///     samples/step-00001000.png       grids of samples
///     checkpoints/step-00001000/      the whole state; `checkpoints/latest` names the newest
public final class RunDirectory {
  /// Where the directory is.
  public let path: String
  private let lock: FileLock

  private static let lockName = "lock"

  /// What a process that was killed before it had written `config.yaml` can leave.
  private static let leftovers = Set(
    [lockName] + [RunFiles.configuration, RunFiles.environment, RunFiles.metrics].map { $0 + Directory.partialSuffix })

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
    do throws(FileLock.Failure) {
      lock = try FileLock(path: path + "/" + Self.lockName, waits: false, removesFile: false)
    } catch {
      throw Self.error(error, path)
    }
    // Another process may have finished a run between the first look and the lock.
    try Self.check(path, mayContinue: mayContinue)
  }

  private static func error(_ failure: FileLock.Failure, _ path: String) -> FileError {
    switch failure {
    case .held:
      FileError(.cannotCreate, "another process is training in '\(path)'; wait for it or choose another --out")
    case .opening(let reason):
      FileError(.cannotCreate, "cannot write in '\(path)': \(reason); check the rights or choose another --out")
    case .locking(let reason):
      FileError(
        .cannotCreate, "cannot lock '\(path)/\(lockName)': \(reason); choose an --out on another disk")
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
    guard !Set(names).isSubset(of: leftovers) else { return }
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
  public var checkpoints: CheckpointFolder { CheckpointFolder(path + "/" + RunFiles.checkpoints) }

  /// The file of metrics.
  var metricsPath: String { path + "/" + RunFiles.metrics }

  /// Writes `config.yaml`, unless it says the same already.
  func write(_ configuration: TrainingConfiguration) throws {
    let (text, file) = (Array(try configuration.settings.yaml().utf8), path + "/" + RunFiles.configuration)
    if let bytes = try? InputFile.bytes(of: file), bytes == text { return }
    try OutputFile.write(text, to: file)
    try Directory.flush(path)
  }

  /// Writes `environment.json`.
  func write(_ environment: RunEnvironment) throws(FileError) {
    try OutputFile.write(Array(environment.json.utf8), to: path + "/" + RunFiles.environment)
  }

  /// Writes a grid of samples.
  func write(samples png: [UInt8], step: Int) throws(FileError) {
    try Directory.create(samplesPath)
    try OutputFile.write(png, to: samplesPath + "/" + Self.sampleName(step))
    try Directory.flush(samplesPath)
  }

  /// Removes what a killed process left unfinished.
  func removePartial() {
    for name in Self.leftovers where name != Self.lockName { Directory.removeFile(path + "/" + name) }
    for folder in [samplesPath, checkpoints.path] { Directory.removePartial(folder) }
  }

  /// Removes grids of samples.
  ///
  /// - Parameter isVoid: Whether the grid of a step goes.
  /// - Throws: `FileError` where they cannot be listed or removed.
  func removeSamples(where isVoid: (Int) -> Bool) throws(FileError) {
    guard FileStatus(samplesPath)?.isFolder == true else { return }
    for case let name? in try Directory.names(in: samplesPath) {
      guard let step = Int(name.dropFirst(5).dropLast(4)), name == Self.sampleName(step), isVoid(step) else { continue }
      try Directory.remove(samplesPath + "/" + name)
    }
  }

  private var samplesPath: String { path + "/samples" }

  private static func sampleName(_ step: Int) -> String { "step-" + zeroPadded(step) + ".png" }
}
