internal import Checkpoints
internal import Evaluation
internal import Files

/// The commands that train, score and sample again.
struct CommandsSection {
  private let runs: [RunRecord]

  init(_ runs: [RunRecord]) { self.runs = runs }

  /// The section.
  var html: HTML {
    var content: HTML = """
      <p>Ranks and threads change how long it takes, not one bit of the result (same build, same kind of processor).</p>

      """
    for run in runs {
      if runs.count > 1 { content += "<h3>\(run.name)</h3>\n" }
      for (title, command) in commands(run) {
        content += "<p>\(title)</p>\n<pre tabindex=\"0\"><code>\(command)</code></pre>\n"
      }
    }
    content += "<p>This page:</p>\n<pre tabindex=\"0\"><code>\(report)</code></pre>\n"
    return .section("repeat", "Repeat it", content)
  }

  private var report: String {
    Self.line(["sagan", "report"] + runs.map(\.path) + (runs.count > 1 ? ["--out", "report.html"] : []))
  }

  private func commands(_ run: RunRecord) -> [(title: String, command: String)] {
    var result: [(String, String)] = []
    if let settings = run.settings {
      let (ranks, threads) = (run.place?.ranks ?? 1, run.place?.threads ?? 1)
      let launch = ranks > 1 ? ["cluster/launch", "--ranks", "\(ranks)", "--threads", "\(threads)", "--"] : []
      let words =
        launch + ["sagan", "train"] + settings.arguments(classNames: run.classNames)
        + (threads > 1 ? ["--threads", "\(threads)"] : []) + ["--out", run.path + "-again"]
      result.append(("Train:", Self.line(words)))
    }
    if run.checkpointStep != nil {
      var words = ["sagan", "evaluate", "--checkpoint", run.path]
      if let last = run.evaluations.last?.protocolLine {
        words += isBest(last, run) ? ["--best"] : []
        for (option, field) in [("--samples", "samples"), ("--metrics", "metrics"), ("--seed", "seed")] {
          guard let value = last[field], Self.isPlain(field, value) else { continue }
          words += [option, value]
        }
      }
      result.append(("Score:", Self.line(words)))
      let best = run.best == nil ? [] : ["--best"]
      result.append(
        ("Sample:", Self.line(["sagan", "sample", "--checkpoint", run.path] + best + ["--out", "samples.png"])))
    }
    return result
  }

  private func isBest(_ line: EvaluationProtocol, _ run: RunRecord) -> Bool {
    guard let best = run.best, best.step != run.checkpointStep else { return false }
    return line["step"] == String(best.step)
  }

  /// Whether a protocol's field is what the option of its name takes.
  private static func isPlain(_ field: String, _ value: String) -> Bool {
    field == "metrics" ? ScoreFamily.reading(value) != nil : UInt64(value) != nil
  }

  /// A command for any POSIX shell.
  private static func line(_ words: [String]) -> String { words.map(\.quotedForShell).joined(separator: " ") }
}
