internal import Checkpoints
internal import Configuration
internal import Evaluation
internal import Files
internal import Networks
internal import Reports
internal import Runs

/// Makes the record of a run from its directory.
struct RecordMaker {
  private let run: PlannedRun
  private let path: String

  /// A record of a finished run in a directory.
  init(_ run: PlannedRun, in path: String) { (self.run, self.path) = (run, path) }

  /// What `environment.json` of a run says.
  private struct Environment: Decodable {
    let program, instructionSet: String
    let sourceCommit, processor: String?
    let hosts: [String]
    let ranks, threadsPerRank: Int
  }

  /// The record.
  ///
  /// - Parameters:
  ///   - best: Closing scores of the checkpoint that was kept for its score; `nil` where none was.
  ///   - last: Those of the last one.
  /// - Returns: The record.
  /// - Throws: A `ReportedError` where a file of the run is missing or damaged.
  func record(
    closingBest best: FinishedRun.Evaluation?, closingLast last: FinishedRun.Evaluation?
  ) throws -> FinishedRun {
    let environmentPath = path + "/" + RunFiles.environment
    guard
      let environment = try? JSONText.decode(
        Environment.self, from: try InputFile(path: environmentPath).bytes(limit: 1 << 20))
    else {
      throw FileError(.malformed, "expected the environment of a run in '\(environmentPath)' and found something else")
    }
    let settings = try TrainingSettings(yaml: configurationText(), path: path + "/" + RunFiles.configuration)
    let configuration = try TrainingConfiguration(settings)
    let checkpoints = CheckpointFolder(path + "/" + RunFiles.checkpoints)
    guard let newest = try checkpoints.steps().last else {
      throw FileError(.missing, "expected a checkpoint in '\(path)' and found none; run the same command again")
    }
    let manifest = try checkpoints.manifest(ofStep: newest)
    let times = try RunTimes(ofRun: path, imagesPerStep: settings.batch * settings.discriminatorUpdates)
    let evaluations = try ownEvaluations()
    let place = FinishedRun.Place(
      program: environment.program, instructionSet: environment.instructionSet, sourceCommit: environment.sourceCommit,
      processor: environment.processor, hosts: environment.hosts, ranks: environment.ranks,
      threads: environment.threadsPerRank)
    return FinishedRun(
      format: FinishedRun.format, key: run.key.description, seed: run.seed,
      settings: settings.values.sorted { $0.key < $1.key }.map { NamedText($0.key, $0.value) },
      arguments: run.arguments, place: place, dataFingerprint: manifest.dataFingerprint,
      classes: configuration.classes, steps: settings.steps,
      imagesPerStep: settings.batch * settings.discriminatorUpdates,
      generatorParameters: configuration.generator.parameterCount,
      discriminatorParameters: configuration.discriminator.parameterCount, seconds: times.training,
      allSeconds: times.all,
      evaluations: evaluations.map { step, evaluation in
        FinishedRun.Evaluation(step: step, seconds: times.seconds(at: step), scores: evaluation.finishedScores)
      },
      protocolLine: (evaluations.last?.evaluation.protocolLine.fields ?? [])
        .filter { !Self.subjects.contains($0.name) }.map { NamedText($0.name, $0.value) },
      bestStep: try Self.bestStep(in: path), closingBest: best, closingLast: last,
      warnings: try CollapseWatch.findings(inRun: path).map { .init(step: $0.step, sentence: $0.sentence) },
      curves: times.curves)
  }

  /// The step of the checkpoint that a run keeps for its score; `nil` where it keeps none.
  static func bestStep(in path: String) throws -> Int? {
    try CheckpointFolder(path + "/" + RunFiles.checkpoints).best()?.step
  }

  /// The number of classes of a run.
  static func classes(in path: String) throws -> Int {
    let checkpoints = CheckpointFolder(path + "/" + RunFiles.checkpoints)
    guard let newest = try checkpoints.steps().last else { return 1 }
    return try checkpoints.manifest(ofStep: newest).classNames?.count ?? 1
  }

  /// What is judged, rather than how.
  private static let subjects: Set<String> = ["generated", "step"]

  private func configurationText() throws -> String {
    let file = path + "/" + RunFiles.configuration
    guard let text = String(validating: try InputFile(path: file).bytes(limit: 1 << 20), as: UTF8.self) else {
      throw FileError(.malformed, "'\(file)' is not UTF-8 text")
    }
    return text
  }

  /// Evaluations of training itself, each step once: those that somebody took later are by another protocol, or came later.
  private func ownEvaluations() throws -> [(step: Int, evaluation: Evaluation)] {
    guard FileStatus(path + "/" + RunFiles.evaluations) != nil else { return [] }
    let all = try RunScoresFile(ofRun: path).evaluations
    guard let first = all.first?.protocolLine else { return [] }
    var result: [(step: Int, evaluation: Evaluation)] = []
    for evaluation in all {
      guard let step = evaluation.protocolLine["step"].flatMap({ Int($0) }),
        first.difference(from: evaluation.protocolLine, apartFrom: Self.subjects) == nil,
        step > result.last?.step ?? -1
      else { continue }
      result.append((step, evaluation))
    }
    return result
  }
}

extension Evaluation {
  /// The scores as records have them.
  var finishedScores: [FinishedRun.Score] {
    scores.map { FinishedRun.Score(name: $0.name, value: $0.value, error: $0.standardError) }
  }
}
