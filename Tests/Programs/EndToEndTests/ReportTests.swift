import Foundation
import Testing

/// `sagan report`: what it makes of runs, and what it refuses.
@Suite struct RunReports {
  private let scratch: Scratch

  /// A run in `run` that was continued once.
  init() throws {
    scratch = try Scratch()
    let settings = ["log-every=1", "sample-every=1", "checkpoint-every=2", "beta1=0.5"].flatMap { ["--set", $0] }
    let common = ["train", "--preset", "tiny", "--data", "synthetic:count=200", "--out", scratch.at("run")]
    expectSuccess(
      try Program.run(common + ["--steps", "2", "--evaluate-every", "2", "--evaluate-samples", "100"] + settings))
    expectSuccess(try Program.run(["train", "--out", scratch.at("run"), "--resume", "auto", "--steps", "4"]))
  }

  private func report(_ arguments: [String], ranks: Int? = nil) throws -> Outcome {
    try Program.run(["report"] + arguments, ranks: ranks)
  }

  @Test func aRunsPageLiesInItsDirectory() throws {
    var before = try scratch.tree()
    let outcome = try report([scratch.at("run")])
    expectSuccess(outcome)
    #expect(outcome.output == "The report is \(scratch.at("run/report.html")).\n", "\(outcome.description)")
    let page = try scratch.text("run/report.html")
    for words in [
      "The run was continued from step 2", "data-step=\"4\"", "fd_classifier", "loss/discriminator: ",
      "alt=\"Attention of the generator at step ", "γ of attention",
      "<strong>0.5</strong>",
    ] {
      #expect(page.contains(words), "\(words)")
    }
    // It is replaced, and nothing else is changed.
    expectSuccess(try report([scratch.at("run")]))
    before["run/report.html"] = Data(page.utf8)
    try expectUntouched(scratch, since: before)
  }

  /// What the page says repeats the run, to the last setting.
  @Test func itsCommandsAreThoseOfTheRun() throws {
    expectSuccess(try report([scratch.at("run"), "--out", scratch.at("page.html")]))
    let page = try scratch.text("page.html")
    let commands = page.matches(of: /<code>sagan ([^<]*)<\/code><\/pre>/).map { match in
      [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")].reduce(String(match.output.1)) {
        $0.replacingOccurrences(of: $1.0, with: $1.1)
      }
    }
    #expect(commands.map { $0.prefix(5) } == ["train", "evalu", "sampl", "repor"], "\(commands)")
    let train = try #require(commands.first)
    let printed = try RunningCommand(["bash", "-c", "\"$0\" \(train) --print-config", Program.path], in: scratch).wait()
    expectSuccess(printed)
    // Data decide the number of classes only when they are opened.
    let settings = try scratch.text("run/config.yaml").replacingOccurrences(of: "classes: 10", with: "classes: auto")
    #expect(printed.output.replacingOccurrences(of: "classes: 10", with: "classes: auto") == settings)
    for command in commands.dropFirst() {
      expectSuccess(try RunningCommand(["bash", "-c", "\"$0\" \(command)", Program.path], in: scratch).wait())
    }
  }

  @Test func severalRunsNeedAFile() throws {
    let runs = [scratch.at("run"), scratch.at("run/checkpoints/step-00000004")]
    expectSentence(try report(runs), code: 64, ["--out FILE.html"])
    let outcome = try report(runs + ["--out", scratch.at("both.html")], ranks: 2)
    expectSuccess(outcome)
    #expect(try scratch.text("both.html").contains("2 runs: tiny, tiny"))
  }

  @Test func filesOfOthersStay() throws {
    try scratch.write(Array("<!DOCTYPE html><p>mine".utf8), to: "run/report.html")
    try scratch.write(Array("mine".utf8), to: "mine.html")
    let before = try scratch.tree()
    expectSentence(try report([scratch.at("run")]), code: 73, ["run/report.html", "--force"])
    expectSentence(
      try report([scratch.at("run"), "--out", scratch.at("mine.html")]), code: 73, ["mine.html", "--force"])
    expectSentence(
      try report([scratch.at("run"), "--out", scratch.at("run/checkpoints/latest"), "--force"]), code: 73,
      ["checkpoint"])
    try expectUntouched(scratch, since: before)
    expectSuccess(try report([scratch.at("run"), "--out", scratch.at("mine.html"), "--force"]))
    #expect(try scratch.text("mine.html").contains("</html>"))
  }

  @Test func whatIsNoRunIsRefused() throws {
    try scratch.write(Array("preset: tiny\n".utf8), to: "empty/config.yaml")
    try scratch.write([], to: "other/file")
    let before = try scratch.tree()
    expectSentence(try report([scratch.at("none")]), code: 66, ["none", "found nothing"])
    expectSentence(try report([scratch.at("other")]), code: 66, ["other", "config.yaml"])
    expectSentence(try report([scratch.at("empty")]), code: 66, ["empty", "metrics"])
    expectSentence(try report([]), code: 64, ["RUN"])
    try expectUntouched(scratch, since: before)
  }
}
