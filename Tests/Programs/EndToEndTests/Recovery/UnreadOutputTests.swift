import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Runs whose output goes into a pipe that somebody holds open and does not read, as a paused `less` does.
@Suite struct UnreadOutputs {
  private let scratch: Scratch
  private let pipe: Int32

  init() throws {
    scratch = try Scratch()
    #expect(mkfifo(scratch.at("pipe"), 0o600) == 0)
    pipe = open(scratch.at("pipe"), O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    // The least that a pipe holds.
    let setSize: Int32 = 1031  // F_SETPIPE_SZ
    #expect(fcntl(pipe, setSize, 4096) > 0)
  }

  /// Starts a run with many lines, whose streams lead where `redirection` says.
  private func start(steps: Int, _ redirection: String, ranks: Int? = nil) throws -> RunningCommand {
    let deaf = ["bash", "-c", "exec \"$@\" \(redirection)", "bash"]
    let every = ["log-every=1", "checkpoint-every=1000000", "sample-every=1000000"].flatMap { ["--set", $0] }
    return try Program.start(
      ["train", "--preset", "tiny", "--data", "synthetic:count=64", "--out", scratch.at("run"), "--steps", "\(steps)"]
        + every, ranks: ranks, under: deaf)
  }

  /// Steps that the run has noted.
  private var steps: Int { (try? scratch.results("run").count) ?? 0 }

  @Test(arguments: [nil, 2]) func aRunGoesOnToItsEnd(ranks: Int?) throws {
    let outcome = try start(steps: 320, ">\(scratch.at("pipe"))", ranks: ranks).wait()
    #expect(outcome.code == 0, "\(outcome.description)")
    #expect(steps == 320 && scratch.latest("run") == 320)
    close(pipe)
  }

  @Test func aSignalEndsIt() throws {
    let run = try start(steps: 1_000_000, ">\(scratch.at("pipe"))")
    while run.isRunning && steps < 100 { Thread.sleep(forTimeInterval: 0.01) }
    run.send(SIGTERM)
    // There may be a warning of a network that has lost, too.
    let outcome = try run.wait()
    #expect(outcome.code == 75 && outcome.errors.contains("sagan: stopped after step "), "\(outcome.description)")
    #expect(scratch.latest("run") >= 100)
    close(pipe)
  }

  @Test func bothStreamsUnread() throws {
    let run = try start(steps: 1_000_000, ">\(scratch.at("pipe")) 2>&1")
    while run.isRunning && steps < 100 { Thread.sleep(forTimeInterval: 0.01) }
    run.send(SIGTERM)
    #expect(try run.wait().code == 75)
    close(pipe)
  }

  @Test func aReaderThatComesBackLearnsWhatItMissed() throws {
    let run = try start(steps: 400, ">\(scratch.at("pipe"))")
    while run.isRunning && steps < 350 { Thread.sleep(forTimeInterval: 0.01) }
    var text: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(pipe, &part, part.count)
      if count > 0 {
        text += part[..<count]
      } else if count == 0 || errno != EAGAIN {
        break
      } else {
        Thread.sleep(forTimeInterval: 0.005)
      }
    }
    #expect(try run.wait().code == 0)
    let said = String(decoding: text, as: UTF8.self)
    #expect(said.contains(/\n\([0-9]+ lines are missing here, as nobody read them\)\n/), "\(said)")
    #expect(said.hasPrefix("data: ") && said.contains("\nstep 1/400 "), "\(said)")
    close(pipe)
  }
}
