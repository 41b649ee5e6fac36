import Foundation
import Testing

/// A file of decoded images that is cut while a run reads it.
@Suite struct CutCaches {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test(arguments: [nil, 2]) func aRunEndsWithASentence(ranks: Int?) throws {
    let photos = try PhotoFolder(in: scratch)
    func train(_ steps: Int) -> [String] {
      [
        "train", "--preset", "tiny", "--data", photos.data, "--out", scratch.at("run"), "--steps", "\(steps)",
        "--log-every", "1", "--resume", "auto",
      ]
    }
    let run = try Program.start(train(1_000_000), ranks: ranks)
    while run.isRunning && scratch.latest("run") == 0 { Thread.sleep(forTimeInterval: 0.01) }
    let name = try #require(
      FileManager.default.contentsOfDirectory(atPath: scratch.at("cache")).first { $0.hasSuffix(".safetensors") })
    #expect(truncate(scratch.at("cache/" + name), 100) == 0)
    expectSentence(try run.wait(), code: 65, [name, "truncated", "--resume auto"])
    // The cure that is named.
    let step = scratch.latest("run")
    expectSuccess(try Program.run(train(step + 2), ranks: ranks), warnings: ["damaged"])
  }

  /// Checks that a command ended well, with a warning.
  private func expectSuccess(_ outcome: Outcome, warnings words: [String]) {
    #expect(outcome.code == 0, "\(outcome.description)")
    expectWarnings(outcome, words)
  }
}
