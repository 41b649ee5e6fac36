internal import Configuration
internal import Evaluation
internal import Files
internal import Foundation
internal import Scaling

/// What follows the last step of a run: its record and its pictures, by commands that users have as well.
struct RunFinish {
  private let run: PlannedRun
  private let directory: String
  private let launcher: RunLauncher
  private let threads: Int

  /// Latents of pictures, the same for all runs, whatever their seeds.
  private static let pictureSeed = "0"

  /// A run that has made its last step.
  init(_ run: PlannedRun, in directory: String, launcher: RunLauncher, threads: Int) {
    (self.run, self.directory, self.launcher, self.threads) = (run, directory, launcher, threads)
  }

  /// The record, with scores of the best and the last checkpoint, against images that training never saw where the data have some.
  func record() throws -> FinishedRun {
    let last = try scores(isBest: false)
    let bestStep = try RecordMaker.bestStep(in: directory)
    let best = bestStep == last.step ? last : bestStep == nil ? nil : try scores(isBest: true)
    return try RecordMaker(run, in: directory).record(closingBest: best, closingLast: last)
  }

  /// All scores that can be had of these data by this network.
  private func scores(isBest: Bool) throws -> FinishedRun.Evaluation {
    let words =
      ["evaluate", "--checkpoint", directory, "--data", run.data.reference ?? run.data.text]
      + ["--json"] + (isBest ? ["--best"] : [])
      + ["--samples", "\(run.settings.evaluateSamples)", "--threads", "\(threads)"]
      + ["--extractor", run.settings.evaluateExtractor?.description ?? "classifier"]
    let output = try launcher.outputAlone(of: words)
    guard let evaluation = try? JSONText.decode(Evaluation.self, from: Array(output)),
      let step = evaluation.protocolLine["step"].flatMap({ Int($0) })
    else {
      throw ScalingError(.software, "expected sagan evaluate to print one JSON object and found something else")
    }
    return FinishedRun.Evaluation(step: step, seconds: nil, scores: evaluation.finishedScores)
  }

  /// Samples of latents that all runs share, of the checkpoint with the best score, and what the generator's attention looks at.
  ///
  /// - Returns: Names and bytes of PNG files.
  /// - Throws: A `ReportedError` where they cannot be drawn.
  func pictures() throws -> [(name: String, bytes: [UInt8])] {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sagan-\(UUID().uuidString)").path
    try Directory.create(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let hasBest = FileStatus(directory + "/checkpoints/best") != nil
    let common = ["--checkpoint", directory, "--seed", Self.pictureSeed] + (hasBest ? ["--best"] : [])
    func drawn(_ command: String, _ name: String, _ more: [String]) throws -> (name: String, bytes: [UInt8]) {
      let path = folder + "/" + name
      _ = try launcher.outputAlone(of: [command] + common + ["--out", path] + more)
      return (name, try InputFile.bytes(of: path))
    }
    // Records are small enough to be kept for good.
    var result = [
      try drawn(
        "sample", RecordFolder.samplesName, ["--per-class", run.settings.resolution > 32 ? "5" : "8"] + classes(12))
    ]
    if !run.settings.generatorAttention.isEmpty,
      run.settings.values["generator-attention-kind"] == "attention"
    {
      result.append(
        try drawn("attention", RecordFolder.attentionName, ["--per-class", "1", "--queries", "3"] + classes(4)))
    }
    return result
  }

  /// The option that names classes, evenly spread where there are many.
  private func classes(_ most: Int) throws -> [String] {
    let count = try RecordMaker.classes(in: directory)
    guard count > most else { return [] }
    return ["--classes", (0..<most).map { "\($0 * count / most)" }.joined(separator: ",")]
  }
}
