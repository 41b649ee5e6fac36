import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Runs that are killed at random moments, again and again, and continued.
@Suite struct KilledRuns {
  /// Moments that the seed decides, as far as a machine's speed lets it.
  private struct Dice: RandomNumberGenerator {
    var state: UInt64

    /// A permuted congruential sequence (Knuth's MMIX constants).
    mutating func next() -> UInt64 {
      var result: UInt64 = 0
      for _ in 0..<2 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        result = result << 32 | state >> 32
      }
      return result
    }
  }

  private let scratch: Scratch
  private let kills = 10
  private let steps = 120

  init() throws { scratch = try Scratch() }

  /// Every step writes everything, so that most kills fall into writes.
  private func arguments(_ out: String) -> [String] {
    let settings = ["log-every=1", "sample-every=2", "checkpoint-every=1", "keep=2"]
    return ["train", "--preset", "tiny", "--out", scratch.at(out), "--steps", "\(steps)", "--resume", "auto"]
      + settings.flatMap { ["--set", $0] }
  }

  @Test(arguments: [nil, 2]) func tenKillsChangeNothing(ranks: Int?) throws {
    let seed = ProcessInfo.processInfo.environment["SAGAN_KILL_SEED"].flatMap { UInt64($0) } ?? .random(in: 0..<1 << 48)
    print("\(kills) kills of a run on \(ranks ?? 1) ranks: SAGAN_KILL_SEED=\(seed)")
    expectSuccess(try Program.run(arguments("reference")))
    var dice = Dice(state: seed)
    for kill in 0..<kills {
      let run = try Program.start(arguments("run"), ranks: ranks)
      // Some kills come while the run starts, the others within or between writes of some later step.
      let steps = Int.random(in: 0...4, using: &dice)
      let delay = Double.random(in: 0...(steps == 0 ? 0.4 : 0.04), using: &dice)
      let target = scratch.latest("run") + steps
      while run.isRunning && scratch.latest("run") < target { Thread.sleep(forTimeInterval: 0.001) }
      Thread.sleep(forTimeInterval: delay)
      let isOneRankAlone = ranks != nil && Bool.random(using: &dice)
      try end(run, oneRank: isOneRankAlone, using: &dice)
      let outcome = try run.wait()
      #expect(
        outcome.code == 128 + SIGKILL || isOneRankAlone && outcome.code != 0,
        "kill \(kill) of seed \(seed): \(outcome.description)")
      #expect(!outcome.errors.contains("damaged"), "kill \(kill) of seed \(seed): \(outcome.description)")
    }
    expectSuccess(try Program.run(arguments("run"), ranks: ranks))
    try expectSameRun(scratch, "reference", "run")
  }

  /// Kills a run: all its processes at once, or one rank, whose fellows the launcher then ends.
  private func end(_ run: RunningCommand, oneRank: Bool, using dice: inout Dice) throws {
    let processes = try processesOfTheRun()
    let ranks = processes.filter { !$0.command.hasPrefix("mpirun") }
    if oneRank, let victim = ranks.randomElement(using: &dice) {
      kill(victim.identifier, SIGKILL)
    } else {
      run.send(SIGKILL)
      for process in processes { kill(process.identifier, SIGKILL) }
    }
    // A process that was just being started, or is being ended, still holds the lock.
    while try processesOfTheRun().contains(where: { $0.identifier != run.identifier }) || run.isRunning {
      if !oneRank { for process in try processesOfTheRun() { kill(process.identifier, SIGKILL) } }
      Thread.sleep(forTimeInterval: 0.001)
    }
  }

  /// The launcher and its ranks, which all name the run directory.
  private func processesOfTheRun() throws -> [(identifier: pid_t, command: String)] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { name in
      guard let identifier = pid_t(name),
        let bytes = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(name)/cmdline")),
        case let words = bytes.split(separator: 0).map({ String(decoding: $0, as: UTF8.self) }),
        words.contains(scratch.at("run")), let command = words.first
      else { return nil }
      return (identifier, command.split(separator: "/").last.map(String.init) ?? "")
    }
  }
}
