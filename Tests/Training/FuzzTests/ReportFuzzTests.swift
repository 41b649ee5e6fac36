import Evaluation
import Foundation
import Files
import Reports
import Testing

/// Files of a run that a report is made of.
@Suite struct ReportFuzzTests {
  /// Makes the page of the run that a file lies in.
  private func page(_ path: String, beside others: [String: String]) throws {
    let run = Directory.split(path).folder
    for (name, text) in others { try OutputFile.write(Array(text.utf8), to: run + "/" + name, isForced: true) }
    let page = ReportPage([try RunRecord(run)], program: "sagan").text
    #expect(page.hasSuffix("</html>\n"))
    #expect(!page.contains("<b>") && !page.contains("\u{1B}"))
  }

  private static let line = "{\"step\":3,\"loss/generator\":-1.5e-05,\"sigma/generator/<b>\":2}\n"

  @Test func metrics() throws {
    let words = ["\"step\":", "null", "{", "}", "\\u001b", "<b>", "1e308", "-1e308", "1e-320", "NaN", "\n", ",", "[1]"]
    let files = [Self.line, Self.line + Self.line.replacingOccurrences(of: "3", with: "9")].map { Array($0.utf8) }
    try Fuzzing.run("metrics", damaging: files, words: words, isText: true, name: "metrics.jsonl", share: 4) {
      try page($0, beside: ["config.yaml": "preset: tiny\n"])
    }
  }

  @Test(arguments: ["environment.json", "evaluations.jsonl", "config.yaml"]) func otherFiles(name: String) throws {
    var fields = EvaluationProtocol()
    for (field, value) in [("step", "3"), ("samples", "100"), ("metrics", "is,fd")] { fields.add(field, value) }
    let evaluation = EvaluationFile.text(
      Evaluation(
        fields, [Score("fd", 3, corrected: 2.5, standardError: 0.5)],
        classes: [ClassScores("<b>", generated: 1, reference: 2)]))
    let file =
      [
        "environment.json":
          "{\"ranks\":2,\"hosts\":[\"a\",\"<b>\"],\"from\":{\"step\":1.5},\"threads_per_rank\":null}\n",
        "evaluations.jsonl": evaluation + evaluation,
        "config.yaml": "preset: tiny\nclasses: 3\ndata: folder:<b>\nfrom: x\n",
      ][name] ?? ""
    let words = [
      "null", "{", "}", "\u{1B}", "<b>", "1e308", "-1", "99999999999999999999", "\n", ",", "\"step\"", "auto",
    ]
    var others = ["config.yaml": "preset: tiny\n", "metrics.jsonl": Self.line]
    others[name] = nil
    try Fuzzing.run(
      name, damaging: [Array(file.utf8)], words: words, isText: true, name: name, toleratesAll: true, share: 4
    ) {
      try page($0, beside: others)
    }
  }
}
