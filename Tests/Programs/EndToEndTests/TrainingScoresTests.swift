import Foundation
import TestSupport
import Testing

/// Scores that a run takes of itself, and the checkpoint that it keeps for them.
@Suite struct TrainingScoresTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func train(_ out: String, steps: Int, _ more: [String] = [], ranks: Int? = nil) throws -> Outcome {
    try Program.run(
      [
        "train", "--preset", "tiny", "--data", "synthetic:count=300", "--steps", "\(steps)", "--out", scratch.at(out),
        "--evaluate-every", "4", "--evaluate-samples", "200", "--log-every", "3", "--checkpoint-every", "100",
      ] + more, ranks: ranks)
  }

  /// Values of a score in `metrics.jsonl`, by step.
  private func scores(_ name: String, _ run: String) throws -> [Int: Double] {
    var result: [Int: Double] = [:]
    for line in try scratch.text(run + "/metrics.jsonl").split(separator: "\n") {
      // JSONSerialization loses the last digit.
      let object = try JSONDecoder().decode([String: Double?].self, from: Data(line.utf8))
      if let step = object["step"] ?? nil, let value = object["score/" + name] ?? nil { result[Int(step)] = value }
    }
    return result
  }

  private func checkpoints(_ run: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: scratch.at(run + "/checkpoints")).filter {
      $0.hasPrefix("step-")
    }.sorted()
  }

  @Test func scoresAreThoseOfTheCheckpointOnAnyNumberOfRanks() throws {
    expectSuccess(try train("one", steps: 10))
    expectSuccess(try train("two", steps: 10, ["--threads", "2"], ranks: 2))
    let records = try scratch.text("one/evaluations.jsonl")
    #expect(try scratch.text("two/evaluations.jsonl") == records)
    #expect(try scratch.text("two/checkpoints/best") == scratch.text("one/checkpoints/best"))
    // A line of metrics gets those that are due by the step's number: whether a step is the last one can change.
    let distances = try scores("fd_classifier", "one")
    #expect(distances.keys.sorted() == [4, 8])
    // Another command comes to the same bits from the file.
    let outcome = try Program.run([
      "evaluate", "--checkpoint", scratch.at("one"), "--samples", "200", "--metrics", "is,fd,accuracy", "--json",
    ])
    expectSuccess(outcome)
    let (found, last) = (
      outcome.output.components(separatedBy: "\"scores\":"), records.components(separatedBy: "\"scores\":")
    )
    #expect(last.count == 4 && found.count == 2)
    #expect(try #require(found.last?.split(separator: "]").first) == #require(last.last?.split(separator: "]").first))
    // And to the same protocol, but for the name of the weights: the scores can be compared.
    let comparison = try Program.run(["evaluate", "--compare", scratch.at("one"), scratch.at("two")])
    #expect(comparison.code == 0 && comparison.output.contains("cannot be told apart"), "\(comparison.description)")
    #expect(!comparison.output.contains("differ first"), "\(comparison.description)")
    // Training goes on as it does without scores.
    expectSuccess(
      try Program.run([
        "train", "--preset", "tiny", "--data", "synthetic:count=300", "--steps", "10", "--out", scratch.at("plain"),
      ]))
    let state = "checkpoints/step-00000010/state.safetensors"
    let states = try ["plain/", "one/"].map { try Data(contentsOf: URL(fileURLWithPath: scratch.at($0 + state))) }
    #expect(states[0] == states[1])
  }

  @Test func theBestCheckpointStaysAndIsSampledFrom() throws {
    expectSuccess(try train("run", steps: 32, ["--keep", "1"]))
    // Step 32 is one of them.
    let distances = try scores("fd_classifier", "run")
    let best = try #require(distances.min { $0.value < $1.value })
    let name = "step-" + String(repeating: "0", count: 8 - "\(best.key)".count) + "\(best.key)"
    #expect(Set(try checkpoints("run")) == [name, "step-00000032"])
    let inspected = try Program.run(["inspect", scratch.at("run")])
    #expect(inspected.output.contains("step \(best.key), fd_classifier"), "\(inspected.output.prefix(300))")
    func sample(_ arguments: [String], _ out: String) throws -> Data {
      expectSuccess(try Program.run(["sample", "--out", scratch.at(out)] + arguments))
      return try Data(contentsOf: URL(fileURLWithPath: scratch.at(out)))
    }
    let kept = try sample(["--checkpoint", scratch.at("run"), "--best"], "best.png")
    #expect(kept == (try sample(["--checkpoint", scratch.at("run/checkpoints/" + name)], "named.png")))
    let evaluated = try Program.run([
      "evaluate", "--checkpoint", scratch.at("run"), "--best", "--samples", "200", "--metrics", "fd", "--json",
    ])
    #expect(evaluated.output.contains("\"value\":\(best.value)"), "\(evaluated.description)")
    // TensorBoard gets them in a folder that does not hide the run's own file.
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.at("run/scores")).count == 1)
  }

  /// Stopped after any step, the run comes to the same scores and the same best checkpoint.
  @Test(arguments: [3, 4, 6, 8]) func aRunThatWasStoppedComesToTheSameScores(stop: Int) throws {
    expectSuccess(try train("whole", steps: 10))
    expectSuccess(try train("parts", steps: stop))
    expectSuccess(try train("parts", steps: 10, ["--resume", "auto"]))
    #expect(try scores("fd_classifier", "parts") == scores("fd_classifier", "whole"))
    #expect(try scratch.text("parts/checkpoints/best") == scratch.text("whole/checkpoints/best"))
    // Where the run was stopped there may be one more.
    let whole = Set(try scratch.text("whole/evaluations.jsonl").split(separator: "\n"))
    #expect(whole.isSubset(of: Set(try scratch.text("parts/evaluations.jsonl").split(separator: "\n"))))
  }

  @Test(arguments: [
    (["--evaluate-every", "0.5"], 78, "evaluate-every"), (["--evaluate-samples", "3"], 78, "evaluate-samples"),
    (["--evaluate-extractor", "vgg16"], 78, "evaluate-extractor"), (["--keep-best", "luck"], 78, "keep-best"),
    (["--evaluate-extractor", "inception:nowhere.pth"], 66, "nowhere.pth"),
    (["--extractor", "lite0:nowhere.whl"], 66, "--evaluate-every none"),
  ])
  func badInputGetsASentenceAndNothingIsWritten(arguments: [String], code: Int32, mention: String) throws {
    let outcome = try Program.run(
      ["train", "--preset", "tiny", "--data", "synthetic:count=300", "--evaluate-every", "4", "--out"]
        + [scratch.at("run")] + arguments)
    #expect(outcome.code == code && outcome.errors.contains(mention), "\(outcome.description)")
    #expect(!FileManager.default.fileExists(atPath: scratch.at("run")))
  }

  /// A preset that takes scores trains on any images.
  @Test func imagesOfOneClassHaveNoScores() throws {
    for number in 0..<16 { try scratch.write(try PhotoFolder.png(number), to: "images/only/\(number).png") }
    let outcome = try Program.run(
      [
        "train", "--preset", "tiny", "--data", "folder:" + scratch.at("images"), "--steps", "2", "--out",
        scratch.at("run"), "--evaluate-every", "1",
      ], ranks: 2)
    expectSuccess(outcome)
    #expect(outcome.errors.contains("takes no scores"), "\(outcome.description)")
    #expect(!FileManager.default.fileExists(atPath: scratch.at("run/evaluations.jsonl")))
  }

  @Test func bestNeedsARunThatKeptOne() throws {
    expectSuccess(
      try Program.run([
        "train", "--preset", "tiny", "--data", "synthetic:count=300", "--steps", "1", "--out", scratch.at("run"),
      ]))
    let outcome = try Program.run([
      "sample", "--checkpoint", scratch.at("run"), "--best", "--out", scratch.at("a.png"),
    ])
    #expect(outcome.code == 66 && outcome.errors.contains("--evaluate-every"), "\(outcome.description)")
    #expect(!FileManager.default.fileExists(atPath: scratch.at("a.png")))
  }
}
