import Foundation
import Testing

/// Every option takes a word such as `-1` for its value, and says what is wrong with it.
@Suite struct NegativeValues {
  /// Commands that fit any run, `RUN`, and write to a free name, `NEW`.
  static let commands = [
    "train --preset tiny --dry-run", "sample --checkpoint RUN --out NEW", "attention --checkpoint RUN --out NEW",
    "evaluate --checkpoint RUN --samples 4 --metrics accuracy --data synthetic:count=20 --cache CACHE",
    "audit --checkpoint RUN --batch 4 --out NEW", "cache --cache CACHE", "bench step --preset tiny --steps 1",
    "bench kernels --preset tiny --budget 0", "bench allreduce --bytes 4 --passes 1",
    "bench scaling --ranks 1 --launcher LAUNCHER --out NEW",
    "bench project --nodes 8 --link 1gbit --latency 2us --fit RUN",
  ]

  /// Options that take every word, or one that names a file or host: what they say is not about the number.
  private static let takeAnyWord: Set = [
    "out", "cache", "tensors", "hostfile", "interface", "bind", "launcher", "checkpoint", "fit", "resume", "images",
    "reference", "npz",
  ]
  /// Those that take any number of words, up to the next option.
  private static let takeSeveral: Set = ["only", "judge", "memory", "compare", "at"]

  @Test(arguments: commands) func aNegativeNumberIsAValue(command: String) throws {
    let scratch = try Scratch()
    expectSuccess(try Program.run(["train", "--preset", "tiny", "--steps", "0", "--out", scratch.at("run")]))
    let places = [
      "RUN": scratch.at("run"), "NEW": scratch.at("new.png"), "CACHE": scratch.at("cache"),
      "LAUNCHER": Program.package.appendingPathComponent("cluster/launch").path,
    ]
    let words = command.split(separator: " ").map { places[String($0)] ?? String($0) }
    let name = words.prefix { !$0.hasPrefix("--") }
    let help = try Program.run(name + ["--help"]).output
    let options = help.matches(of: /\n  --([a-z-]+) </).map { String($0.output.1) }
    #expect(options.count >= 2, "\(help)")
    for option in options where !Self.takeSeveral.contains(option) {
      let outcome = try Program.run(words + ["--" + option, "-1"], in: scratch)
      #expect(!outcome.errors.contains("Missing value"), "\(outcome.description)")
      guard !Self.takeAnyWord.contains(option) else { continue }
      expectSentence(outcome, code: outcome.code, ["-1"])
      let saysWhatFits = ["expected", "Please provide one of"].contains { outcome.errors.contains($0) }
      #expect(saysWhatFits, "\(outcome.description)")
      #expect([64, 66, 78].contains(outcome.code), "\(outcome.description)")
      // The same where an equals sign joins the two.
      #expect(try Program.run(words + ["--\(option)=-1"], in: scratch).errors == outcome.errors)
    }
  }

  /// A word with two dashes is the next option.
  @Test(arguments: ["--steps", "--out", "--set", "--max-time"]) func anOptionIsNoValue(option: String) throws {
    let scratch = try Scratch()
    for next in ["--batch", "--dry-run", "-h"] {
      let outcome = try Program.run(["train", "--preset", "tiny", option, next], in: scratch)
      expectSentence(outcome, code: 64, ["Missing value", option])
    }
    try expectUntouched(scratch, since: [:])
  }
}
