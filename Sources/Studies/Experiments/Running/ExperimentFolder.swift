package import Files

/// The folder of experiments: `experiment.json`, `runs/`, `logs/`, `records/` and `report/`.
package final class ExperimentFolder {
  /// Where it is.
  package let path: String
  /// What its runs have in common.
  package private(set) var state: ExperimentState
  /// The records of finished runs.
  package let records: RecordFolder

  private let folder: Folder
  private let lock: FolderLock?

  /// Opens a folder, or makes one, to run experiments in it.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - state: What its runs are to have in common; must be what those that are there have.
  ///   - isShared: Whether other processes make other runs of it at the same time, as the tasks of a job array do.
  /// - Throws: `FileError` where another process has it, or its runs are others.
  package init(_ path: String, _ state: ExperimentState, isShared: Bool) throws(FileError) {
    self.path = path
    records = RecordFolder(of: path)
    let known = try ExperimentState.read(of: path)
    if let known, let difference = known.difference(from: state) {
      throw FileError(
        .cannotCreate, "the experiments in '\(path)' have \(difference); choose another --out, or leave the options out"
      )
    }
    try Directory.create(path)
    folder = try Folder(path)
    do throws(FileLock.Failure) {
      lock = isShared ? nil : try FolderLock(folder)
    } catch {
      throw Self.fault(error, path)
    }
    self.state = state
    self.state.seeds = max(state.seeds, known?.seeds ?? 0)
    if known != self.state { try self.state.write(to: folder) }
    for name in ["runs", "logs", "records"] { _ = try folder.made(name) }
  }

  /// Where the directory of a run is.
  func run(_ name: String) -> String { path + "/runs/" + name }

  /// Where what a run prints is.
  func log(_ name: String) -> String { path + "/logs/" + name + ".log" }

  private static func fault(_ failure: FileLock.Failure, _ path: String) -> FileError {
    switch failure {
    case .held:
      FileError(
        .cannotCreate,
        "expected to be alone in '\(path)', and another sagan experiment run is at work there; wait for it, or choose another --out"
      )
    case .opening(let error), .locking(let error): FileError.writing(path, error)
    }
  }
}
