import Evaluation
import Files
import Foundation
import Images
import Reports
import TestSupport
import Testing

/// Pages about run directories that are made here.
@Suite struct ReportPageTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  /// Writes a run of a few lines.
  private func makeRun(
    _ name: String = "run", _ settings: String = "preset: tiny\ndata: synthetic\nclasses: 10\nimage-channels: 3\n",
    metrics: String = "{\"step\":10,\"loss/generator\":1.5}\n{\"step\":20,\"loss/generator\":0.5}\n"
  ) throws -> String {
    let path = folder.path + "/" + name
    try FileManager.default.createDirectory(atPath: path + "/samples", withIntermediateDirectories: true)
    try folder.write(name + "/config.yaml", settings)
    if !metrics.isEmpty { try folder.write(name + "/metrics.jsonl", metrics) }
    return path
  }

  /// A picture that no compression makes smaller.
  private func noise(_ side: Int, seed: Int) throws -> [UInt8] {
    var state = UInt64(seed + 1)
    let pixels = (0..<3 * side * side).map { _ -> UInt8 in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(state >> 56)
    }
    return try PNG.encode(pixels: pixels, width: side, height: side, channels: 3)
  }

  private func grid(_ step: Int, _ bytes: [UInt8], of run: String = "run") throws {
    let digits = String(step)
    try folder.file(run + "/samples/step-" + String(repeating: "0", count: 8 - digits.count) + digits + ".png", bytes)
  }

  private func page(_ paths: String..., attention: @escaping AttentionFigures = { _ in [] }) throws -> String {
    ReportPage(try RunRecord.all(paths), program: "sagan test", attention: attention).text
  }

  @Test func aRunIsTold() throws {
    let run = try makeRun()
    try grid(10, try noise(8, seed: 0))
    try grid(20, try noise(8, seed: 1))
    let page = try page(run)
    for words in [
      "<h1>run</h1>", "loss/generator: 1.5 at step 10, 0.5 at step 20", "sagan train --preset tiny",
      "<polyline", "type=\"range\"", "never interrupted", "environment.json is missing",
      "There are no scores", "attention in the generator at 16×16 and in the discriminator at 16×16",
    ] {
      #expect(page.contains(words), "\(words)")
    }
    #expect(
      page.components(separatedBy: "<img src=\"data:image/png;base64,").count == 4, "two over time, one at the end")
    #expect(page.hasPrefix(ReportPage.beginning))
  }

  /// Names that would be markup if anybody believed them.
  @Test func foreignTextIsNoMarkup() throws {
    let attack = "<script>alert('1')</script>\\\"onload=x"
    let shown = attack.replacingOccurrences(of: "\\\"", with: "\"")
    let run = try makeRun(
      "a<b>", "preset: tiny\ndata: 'folder:/\"><img src=x onerror=y>'\nclasses: 2\n",
      metrics: "{\"step\":10,\"\(attack)/x\":1,\"loss/\(attack)\":2,\"loss/\\u202Eb\\u001b\":3}\n")
    try folder.write("a<b>/environment.json", "{\"\(attack)\":\"\(attack)\"}")
    var line = EvaluationProtocol()
    line.add(shown, shown)
    let evaluation = Evaluation(
      line, [Score(shown, 1)], classes: [ClassScores(shown, generated: 1, reference: 2)], warnings: [shown])
    try folder.write("a<b>/evaluations.jsonl", EvaluationFile.text(evaluation))
    try grid(10, try noise(4, seed: 0), of: "a<b>")
    try grid(20, Array("\u{1B}no picture".utf8), of: "a<b>")
    let page = try page(run)
    #expect(!page.contains("<script>alert") && !page.contains("<img src=x") && !page.contains("<b>"))
    #expect(!page.contains("\"onload") && !page.contains("\u{202E}") && !page.contains("\u{1B}"))
    #expect(page.contains("&lt;script&gt;alert(&#39;1&#39;)"))
    // Each of them is shown: three names of numbers, and what else they stand for.
    #expect(page.components(separatedBy: "&lt;script&gt;").count > 8)
  }

  @Test func runsStandSideBySide() throws {
    let first = try makeRun("first", "preset: tiny\ndata: synthetic\nseed: 3\n")
    let second = try makeRun(
      "second", "preset: tiny\ndata: synthetic\nbeta2: 0.5\n",
      metrics:
        "{\"step\":10,\"loss/generator\":4,\"own/number\":1,\"time/seconds\":5}\n{\"step\":20,\"time/seconds\":1}\n")
    let page = try page(first, second)
    let rows = page.components(separatedBy: "<tr>").filter { $0.contains("≠") }
    #expect(rows.contains { $0.contains(">seed ≠") && $0.contains("<strong>3</strong>") && $0.contains("<td>0</td>") })
    #expect(
      rows.contains { $0.contains(">beta2 ≠") && $0.contains("<strong>0.5</strong>") && $0.contains("<td>0.9</td>") })
    #expect(
      page.contains(
        "loss/generator over steps. first: 1.5 at step 10, 0.5 at step 20, between 0.5 and 1.5. second: 4 at"))
    #expect(page.contains("<h3>own</h3>") && page.contains("second was continued from step 10"))
    // Two curves in the chart of losses.
    let chart = try #require(
      page.components(separatedBy: "<figure class=\"chart\">").first { $0.contains("loss/generator over") })
    #expect(chart.components(separatedBy: "<polyline").count == 3)
  }

  @Test func runsOfOneNameAreCalledByTheirPaths() throws {
    for name in ["a", "b"] {
      try FileManager.default.createDirectory(atPath: folder.path + "/" + name, withIntermediateDirectories: true)
    }
    let paths = [try makeRun("a/run"), try makeRun("b/run")]
    #expect(try RunRecord.all(paths).map(\.name) == paths)
  }

  @Test func whatNobodyKnowsHasAPlace() throws {
    let names =
      ["plain", "attention/gamma/generator/layer0.attention", "learning_rate/generator", "learning_rate/factor"]
      + ["x/y/a", "x/y/b", "score/fid", "score/fid_corrected", "score/fid_error"]
      + (0..<13).map { "sigma/generator/l\($0)" }
    let run = try makeRun(
      metrics: "{\"step\":1," + names.map { "\"\($0)\":1" }.joined(separator: ",") + "}\n")
    let page = try page(run)
    let charts = page.components(separatedBy: "<figure class=\"chart\">").dropFirst().map {
      $0.components(separatedBy: "<h4>")[1].components(separatedBy: "</h4>")[0]
    }
    #expect(
      charts == [
        "score/fid", "γ of attention", "learning rates", "learning rates: factor", "σ of the generator, 1 of 3",
        "σ of the generator, 2 of 3", "σ of the generator, 3 of 3", "score/fid_error", "plain", "x/y",
      ], "\(charts)")
    for name in names { #expect(page.contains("\(name): 1 at step 1"), "\(name)") }
    #expect(page.contains("<h3>Others</h3>") && page.contains("<h3>x</h3>"))
  }

  // MARK: Missing and damaged

  @Test func metricsMayBeMissing() throws {
    let run = try makeRun(metrics: "")
    expectError(.missing, mentions: [run, "metrics, samples or scores", "train until"]) { try RunRecord(run) }
    try grid(10, try noise(4, seed: 0))
    let page = try page(run)
    #expect(page.contains("metrics.jsonl is missing") && page.contains("There are no metrics yet"))
  }

  @Test func whatIsNoRunIsAnError() throws {
    expectError(.missing, mentions: ["found nothing"]) { try RunRecord(folder.path + "/none") }
    expectError(.missing, mentions: ["config.yaml", "--out"]) { try RunRecord(folder.path) }
  }

  @Test func damageIsANote() throws {
    let run = try makeRun("run", "preset: nothing\n", metrics: "{\"step\":1,\"loss/generator\":1}\nx\n")
    try folder.write("run/environment.json", "no JSON")
    try folder.write("run/evaluations.jsonl", "no evaluation\n")
    try grid(10, try noise(4, seed: 0))
    try grid(20, Array(try noise(4, seed: 1).dropLast(30)))
    let page = try page(run)
    for words in [
      "1 damaged line", "nothing", "expected a JSON object", "evaluations.jsonl has 1 line",
      "he grid of step 20 cannot be shown", "The settings cannot be read",
    ] { #expect(page.contains(words), "\(words)") }
    #expect(page.contains("<polyline") && page.contains("<img src"))
  }

  // MARK: Size

  @Test(arguments: [1, 2]) func aHundredGridsFit(runs: Int) throws {
    let paths = try (0..<runs).map { try makeRun("run\($0)") }
    let picture = try noise(180, seed: 7)
    for run in 0..<runs { for step in 1...100 { try grid(step, picture, of: "run\(run)") } }
    let page = ReportPage(try RunRecord.all(paths), program: "sagan").text
    #expect(page.utf8.count <= ReportPage.limit && page.utf8.count > 3_500_000, "\(page.utf8.count) bytes")
    let left = try #require(page.firstMatch(of: /([0-9]+) of 100 grids are in this page/))
    let count = try #require(Int(left.output.1))
    #expect(count >= 8 && count < 100 && page.contains("data-step=\"1\"") && page.contains("data-step=\"100\""))
  }

  @Test func largeGridsAreShownSmaller() throws {
    let run = try makeRun()
    let picture = try noise(700, seed: 7)
    for step in 1...13 { try grid(step, picture) }
    let page = try page(run)
    #expect(page.utf8.count <= ReportPage.limit, "\(page.utf8.count) bytes")
    #expect(page.contains("of their size, so that the page stays small"))
    #expect(page.components(separatedBy: "data-step=").count - 1 >= 10)
  }

  // MARK: Attention

  @Test func figuresOfAttentionStandInThePage() throws {
    let run = try makeRun()
    let figure = ReportFigure(png: try noise(8, seed: 3), alt: "where <it> looks", caption: "after step 20")
    let shown = try page(run) { record in
      #expect(record.lastStep == 20)
      return [figure]
    }
    #expect(shown.contains("alt=\"where &lt;it&gt; looks\"") && shown.contains("<figcaption>after step 20"))
    let failed = try page(run) { _ in throw FileError(.malformed, "no <checkpoint>") }
    #expect(failed.contains("A figure of it cannot be drawn: no &lt;checkpoint&gt;"))
    let none = try makeRun("none", "preset: tiny\ngenerator-attention: none\ndiscriminator-attention-kind: residual\n")
    let without = try page(none) { _ in
      Issue.record("a network without attention was drawn")
      return []
    }
    #expect(without.contains("The networks have no attention"))
  }

  // MARK: The file

  @Test func onlyAReportIsReplaced() throws {
    let runs = try RunRecord.all([try makeRun()])
    let own = ReportFile.path(of: runs[0])
    func write(_ path: String, isForced: Bool = false) throws {
      let file = try ReportFile.open(path, of: runs, isForced: isForced)
      try file.append(Array(ReportPage.beginning.utf8))
      _ = try file.finish()
    }
    try write(own)
    try write(own)
    try folder.write("run/report.html", "<!DOCTYPE html>\n<p>somebody's own")
    expectError(.cannotCreate, mentions: ["report.html"]) { try write(own) }
    #expect(try folder.text("run/report.html").hasSuffix("somebody's own"))
    try write(own, isForced: true)
    // Elsewhere even a report stays.
    let other = folder.path + "/other.html"
    try write(other)
    expectError(.cannotCreate, mentions: ["other.html"]) { try write(other) }
  }
}
