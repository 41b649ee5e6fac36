package import Checkpoints
package import Evaluation
package import Files

/// What a run has left in its directory, as far as it can be read; nothing is changed by looking.
package struct RunRecord: Sendable {
  /// The run directory, as the user named it.
  package let path: String
  /// What the report calls the run.
  package var name: String
  /// The settings; `nil` where `config.yaml` is damaged.
  package let settings: RunSettings?
  /// Where it was trained last; `nil` where `environment.json` is missing or damaged.
  package let place: RunPlace?
  /// Its numbers; `nil` where there are none yet.
  package let metrics: RunMetrics?
  /// The starts of the program, the first one first.
  package let starts: [RunStart]
  /// Its grids of samples, in the order of steps.
  package let grids: [GridFile]
  /// Its evaluations.
  package let evaluations: [Evaluation]
  /// The checkpoint that is kept for its score.
  package let best: BestCheckpoint?
  /// The step of the newest checkpoint, and what that says of the data.
  package let checkpointStep: Int?, dataFingerprint: String?, classNames: [String]?
  /// What is missing or damaged.
  package private(set) var notes: [String]

  /// The last step that anything is known of.
  package var lastStep: Int { max(metrics?.lastStep ?? 0, checkpointStep ?? 0, grids.last?.step ?? 0) }

  /// Reads a run.
  ///
  /// - Parameter path: A run directory, or a checkpoint in one.
  /// - Throws: `FileError` where there is no run, or one that has left nothing to show.
  package init(_ path: String) throws(FileError) {
    guard FileStatus(path) != nil else {
      throw FileError(.missing, "expected a run directory at '\(path)' and found nothing; check the path")
    }
    guard let run = RunFiles.hold(path) ? path : RunFiles.around(path) else {
      throw FileError(
        .missing,
        "expected a run directory at '\(path)' and found no \(RunFiles.configuration) in it; name the directory that was "
          + "given to sagan train as --out")
    }
    var notes: [String] = []
    /// What can be read; a file that is damaged becomes a note, and one that is missing does if that is odd.
    func read<Value>(_ name: String, isExpected: Bool = true, _ body: () throws -> Value) -> Value? {
      do {
        return try body()
      } catch let error as FileError where error.kind == .missing {
        if isExpected { notes.append("\(name) is missing") }
      } catch {
        notes.append((error as? any ReportedError)?.sentence ?? "\(name) cannot be read")
      }
      return nil
    }
    let metrics = read(RunFiles.metrics) { try RunMetrics(ofRun: run) }
    let scores = read(RunFiles.evaluations, isExpected: false) { try RunScoresFile(ofRun: run) }
    let grids = GridFile.all(ofRun: run)
    guard metrics?.lines ?? 0 > 0 || !grids.isEmpty || scores?.evaluations.isEmpty == false else {
      throw FileError(
        .missing,
        "expected metrics, samples or scores in '\(run)' and found none; "
          + (notes.first { !$0.hasSuffix("is missing") } ?? "train until the first line of metrics.jsonl is written"))
    }
    settings = read(RunFiles.configuration) { try RunSettings(ofRun: run) }
    place = read(RunFiles.environment) { try RunPlace(ofRun: run) }
    let checkpoints = CheckpointFolder(run + "/" + RunFiles.checkpoints)
    best = read("checkpoints/best", isExpected: false) { try checkpoints.best() }.flatMap(\.self)
    let newest = read("checkpoints", isExpected: false) { try checkpoints.steps().last }.flatMap(\.self)
    let manifest = newest.flatMap { step in
      read("manifest.json of step \(step)", isExpected: false) { try checkpoints.manifest(ofStep: step) }
    }
    (checkpointStep, dataFingerprint, classNames) = (newest, manifest?.dataFingerprint, manifest?.classNames)
    if grids.isEmpty { notes.append("there are no grids of samples") }
    self.path = run
    let last = Directory.split(Directory.realPath(run) ?? run).name
    name = last.isEmpty ? run : last
    starts = RunStart.all(ofRun: run, metrics)
    self.notes = notes + (metrics?.notes ?? []) + (scores?.notes ?? [])
    (self.metrics, self.grids, evaluations) = (metrics, grids, scores?.evaluations ?? [])
  }

  /// Reads several runs; those of one name are called by their paths.
  ///
  /// - Parameter paths: Run directories, at least one.
  /// - Returns: The runs, in their order.
  /// - Throws: `FileError` for the first that is none.
  package static func all(_ paths: [String]) throws(FileError) -> [RunRecord] {
    var runs: [RunRecord] = []
    for path in paths { runs.append(try RunRecord(path)) }
    let names = runs.map(\.name)
    for index in runs.indices where names.filter({ $0 == names[index] }).count > 1 {
      runs[index].name = runs[index].path
    }
    return runs
  }
}
