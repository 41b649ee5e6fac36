import Foundation
import Testing

/// Runs in which one of the networks loses, and what is said of them.
@Suite struct Collapses {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func run(_ out: String, steps: Int, ranks: Int? = nil, _ settings: String...) throws -> Outcome {
    let all = ["log-every=5", "checkpoint-every=1000000", "sample-every=1000000"] + settings
    return try Program.run(
      ["train", "--preset", "tiny", "--out", scratch.at(out), "--steps", "\(steps)"] + all.flatMap { ["--set", $0] },
      ranks: ranks)
  }

  /// The values of a metric, line by line.
  private func values(_ metric: String, of run: String) throws -> [Double] {
    try scratch.results(run).compactMap { line in
      line.firstRange(of: "\"\(metric)\":").flatMap { Double(line[$0.upperBound...].prefix { $0 != "," && $0 != "}" }) }
    }
  }

  @Test func aGeneratorThatIsMadeToCollapse() throws {
    // The first step makes every bias ±10⁶: latents of size 1 are lost beside it, and tanh saturates.
    let outcome = try run("run", steps: 10, "generator-learning-rate=1e6", "generator-attention=none")
    #expect(outcome.code == 0, "\(outcome.description)")
    for words in ["warning: step 5: ", "the generator collapses", "differ by 0.0", "learning rates"] {
      #expect(outcome.errors.contains(words), "\(outcome.description)")
    }
    #expect(try values("diversity", of: "run").map { $0 < 0.01 } == [true, true])
  }

  @Test func aDiscriminatorThatIsMadeToWin() throws {
    // A single image against a generator that stays as it was: the five lines are over long before the last.
    let outcome = try run(
      "run", steps: 200, "data=synthetic:count=1", "seed=1", "generator-learning-rate=1e-30",
      "discriminator-learning-rate=0.01")
    #expect(outcome.code == 0, "\(outcome.description)")
    for words in ["the discriminator has won", "learning rate"] {
      #expect(outcome.errors.contains(words), "\(outcome.description)")
    }
    // At which line it has won hangs on rounding; that the five lines up to there have such numbers does not.
    let step = try #require(outcome.errors.firstMatch(of: /warning: step (\d+): the discriminator/)?.output.1)
    let lines = try #require(Int(step)) / 5
    let (gaps, losses) = (try values("logit/gap", of: "run"), try values("loss/discriminator", of: "run"))
    #expect(lines >= 5 && gaps.count == 40 && losses.count == 40)
    for line in max(lines - 5, 0)..<lines { #expect(gaps[line] >= 2 && losses[line] < 0.02, "line \(line)") }
  }

  @Test func aRunThatGoesWellIsNotWarnedOf() throws {
    let outcome = try run("run", steps: 60, ranks: 2)
    expectSuccess(outcome)
    for sign in ["collapses", "has won"] { #expect(!outcome.errors.contains(sign), "\(outcome.description)") }
    let lines = try scratch.results("run").count
    #expect(lines == 12)
    for network in ["generator", "discriminator"] {
      let norms = try values("gradient_norm/\(network)", of: "run")
      #expect(norms.count == lines && norms.allSatisfy { $0 >= 0 && $0.isFinite } && norms.contains { $0 > 0.1 })
    }
    #expect(try values("diversity", of: "run").allSatisfy { $0 > 0.01 && $0 < 2 })
    let sigmas = try values("sigma/discriminator/block0.conv1", of: "run")
    #expect(sigmas.count == lines && sigmas.allSatisfy { $0 > 0 })
  }
}
