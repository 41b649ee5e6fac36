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
  private let seed: UInt64
  private var dice: Dice

  init() throws {
    scratch = try Scratch()
    seed = ProcessInfo.processInfo.environment["SAGAN_KILL_SEED"].flatMap { UInt64($0) } ?? .random(in: 0..<1 << 48)
    dice = Dice(state: seed)
  }

  /// Every step writes everything, so that most kills fall into writes.
  ///
  /// A run that is to be killed has far more steps than there is time for: a kill that comes late finds it at work, too.
  private func arguments(_ out: String, steps: Int = 1_000_000) -> [String] {
    let settings = ["log-every=1", "sample-every=2", "checkpoint-every=1", "keep=2"]
    return ["train", "--preset", "tiny", "--out", scratch.at(out), "--steps", "\(steps)", "--resume", "auto"]
      + settings.flatMap { ["--set", $0] }
  }

  /// Waits for a moment while the run starts, or within or between the writes of some later step.
  private mutating func wait(_ run: RunningCommand) throws {
    let steps = Int.random(in: 0...4, using: &dice)
    let delay = Double.random(in: 0...(steps == 0 ? 0.4 : 0.04), using: &dice)
    try wait(run, steps: steps)
    Thread.sleep(forTimeInterval: delay)
  }

  /// Waits for the checkpoint after so many more steps.
  private func wait(_ run: RunningCommand, steps: Int) throws {
    let target = scratch.latest("run") + steps
    try run.wait { scratch.latest("run") >= target }
  }

  /// Checks that a run that was killed goes on, and is one that nothing happened to.
  private func expectContinuation(ranks: Int?) throws {
    let steps = scratch.latest("run") + 5
    expectSuccess(try Program.run(arguments("run", steps: steps), ranks: ranks))
    expectSuccess(try Program.run(arguments("reference", steps: steps)))
    try expectSameRun(scratch, "reference", "run")
  }

  // MARK: All processes

  @Test(arguments: [nil, 2]) mutating func tenKillsChangeNothing(ranks: Int?) throws {
    let kills = 10
    print("\(kills) kills of a run on \(ranks ?? 1) ranks: SAGAN_KILL_SEED=\(seed)")
    for kill in 0..<kills {
      let run = try Program.start(arguments("run"), ranks: ranks)
      try wait(run)
      try killAll(run)
      let outcome = try run.wait()
      #expect(outcome.code == 128 + SIGKILL, "kill \(kill) of seed \(seed): \(outcome.description)")
      #expect(!outcome.errors.contains("damaged"), "kill \(kill) of seed \(seed): \(outcome.description)")
    }
    try expectContinuation(ranks: ranks)
  }

  /// Kills all processes of a run at once.
  private func killAll(_ run: RunningCommand) throws {
    run.send(SIGKILL)
    // A process that was just being started, or is being ended, still holds the lock.
    while case let processes = try RunProcess.all(of: scratch.at("run")), run.isRunning || !processes.isEmpty {
      for process in processes { kill(process.identifier, SIGKILL) }
      Thread.sleep(forTimeInterval: 0.001)
    }
  }

  // MARK: One rank

  /// A kill to come.
  private struct Kill {
    var rank: Int
    var isWithinACheckpoint: Bool
  }

  /// Each rank is killed as often, half of the times while a checkpoint is written, the others whenever it comes.
  @Test mutating func twentyKillsOfOneRankEndTheJobAndChangeNothing() throws {
    print("20 kills of one rank of a run on 2 ranks: SAGAN_KILL_SEED=\(seed)")
    let kinds = [0, 1].flatMap { rank in [false, true].map { Kill(rank: rank, isWithinACheckpoint: $0) } }
    var withinACheckpoint = 0
    for (number, next) in Array(repeatElement(kinds, count: 5).joined()).shuffled(using: &dice).enumerated() {
      let run = try Program.start(arguments("run"), ranks: 2)
      let process = try waitForProcess(ofRank: next.rank, of: run)
      if next.isWithinACheckpoint {
        try wait(run, steps: Int.random(in: 0...3, using: &dice))
        // A writer that is stopped cannot have finished in the meantime.
        let writer = try #require(try RunProcess.ofRank(0, in: scratch.at("run")), "\(run.output)")
        try run.wait { try isStoppedInACheckpoint(writer) }
        withinACheckpoint += 1
        kill(process, SIGKILL)
        kill(writer, SIGCONT)
      } else {
        try wait(run)
        kill(process, SIGKILL)
      }
      let outcome = try run.wait()
      let name = "kill \(number) of seed \(seed), of rank \(next.rank): \(outcome.description)"
      #expect(outcome.code != 0, "\(name)")
      // Not every Open MPI knows the number of the process here.
      let notices = outcome.errors.split(separator: "\n").filter { $0.contains("exited on signal") }
      #expect(notices.count == 1, "\(name)")
      #expect(
        notices.allSatisfy { $0.contains("process rank \(next.rank) with PID") && $0.contains("signal 9") }, "\(name)")
      #expect(!outcome.errors.contains("damaged"), "\(name)")
    }
    #expect(withinACheckpoint == 10, "kills within the writing of a checkpoint, of seed \(seed)")
    try expectContinuation(ranks: 2)
  }

  /// Waits until a rank goes about its work, and returns its process.
  ///
  /// While ranks still connect to the launcher, Open MPI 4.1 does not always name one that is killed, and may even hang.
  private func waitForProcess(ofRank rank: Int, of run: RunningCommand) throws -> pid_t {
    try run.wait { run.output.contains("data: ") }
    return try #require(try RunProcess.ofRank(rank, in: scratch.at("run")), "\(run.output)")
  }

  /// Stops a process that is writing a checkpoint; one that had finished by then goes on.
  private func isStoppedInACheckpoint(_ writer: pid_t) throws -> Bool {
    guard isWritingACheckpoint else { return false }
    kill(writer, SIGSTOP)
    try Patience.wait { RunProcess.state(of: writer) == "T" || kill(writer, 0) != 0 }
    if isWritingACheckpoint { return true }
    kill(writer, SIGCONT)
    return false
  }

  /// Whether an unfinished checkpoint is there. (An old one that is being removed has such a name, too.)
  private var isWritingACheckpoint: Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: scratch.at("run/checkpoints"))) ?? []
    return names.contains { $0.hasPrefix(".sagan-") }
  }
}
