import Foundation
import Testing

/// What a run shows while it goes on, in a terminal and elsewhere.
@Suite struct Consoles {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func train(_ more: [String] = []) -> [String] {
    ["train", "--preset", "tiny", "--steps", "12", "--log-every", "5", "--out", scratch.at("out")] + more
  }

  /// Runs a command line in a terminal, whose line ends are then made plain ones.
  private func inTerminal(_ command: [String], columns: Int = 80, _ environment: String = "TERM=xterm") throws -> String
  {
    // Words come quoted, as folders may have spaces in their names.
    let line = "stty cols \(columns); env --unset=NO_COLOR \(environment) " + command.map(quoted).joined(separator: " ")
    let outcome = try RunningCommand(["script", "--quiet", "--return", "--command", line, "/dev/null"]).wait()
    expectSuccess(outcome)
    #expect(outcome.output.contains("finished: step 12 of 12"), "\(outcome.description)")
    return outcome.output.replacingOccurrences(of: "\r\n", with: "\n")
  }

  /// A word as a shell takes it.
  private func quoted(_ word: String) -> String { "'" + word.replacing("'", with: "'\\''") + "'" }

  /// The states of the bar that a terminal was given, without colours.
  private func states(_ output: String) -> [String] {
    output.components(separatedBy: "\r\u{1B}[K").dropFirst().map {
      String($0.prefix { $0 != "\n" }).replacing(/\u{1B}\[[0-9]+m/, with: "")
    }
  }

  @Test(arguments: [80, 44, 20]) func aBarFollowsTheRunInATerminal(columns: Int) throws {
    let output = try inTerminal([Program.path] + train(), columns: columns)
    let states = states(output)
    #expect(states.count >= 2, "\(output)")
    #expect(states.first?.contains("1/12 ") == true, "\(output)")
    #expect(states.last?.contains("12/12 ") == true, "\(output)")
    for state in states {
      #expect(state.count < columns && state.hasSuffix("left"), "'\(state)'")
      #expect(state.contains("D ") == (columns > 40) && state.contains("images/s") == (columns > 70), "'\(state)'")
    }
    // Lines of the log begin where a line begins, and steps have none of their own.
    #expect(output.contains("\nfinished: step 12 of 12\n") && !output.contains("loss D"), "\(output)")
    #expect(output.contains("\u{1B}[32m") == (columns > 40))
  }

  @Test func coloursCanBeTurnedOff() throws {
    let output = try inTerminal([Program.path] + train(), "TERM=xterm NO_COLOR=1")
    #expect(states(output).count >= 2 && !output.contains("\u{1B}[32m"), "\(output)")
  }

  @Test func aTerminalBelowALauncherIsNone() throws {
    let launcher = ["mpirun", "--oversubscribe", "--bind-to", "none", "-np", "2", Program.path]
    expectPlain(try inTerminal(launcher + train()))
  }

  @Test func plainLinesInATerminal() throws {
    expectPlain(try inTerminal([Program.path] + train(), "TERM=dumb"))
    try scratch.remove("out")
    expectPlain(try inTerminal([Program.path] + train(["--progress", "plain"])))
  }

  @Test(arguments: [nil, 2]) func plainLinesInAFile(ranks: Int?) throws {
    let outcome = try Program.run(train(), ranks: ranks)
    expectSuccess(outcome)
    expectPlain(outcome.output)
  }

  /// Checks that a line stands for the first step and for each that is due, and nothing that only terminals understand.
  private func expectPlain(_ output: String, sourceLocation: SourceLocation = #_sourceLocation) {
    let steps = output.split(separator: "\n").filter { $0.hasPrefix("step ") }.map { $0.prefix { $0 != "/" } }
    #expect(steps == ["step 1", "step 5", "step 10", "step 12"], "\(output)", sourceLocation: sourceLocation)
    #expect(!output.contains("\u{1B}") && !output.contains("\r"), "\(output)", sourceLocation: sourceLocation)
  }

  @Test(arguments: [nil, 2]) func noProgress(ranks: Int?) throws {
    let outcome = try Program.run(train(["--progress", "none"]), ranks: ranks)
    expectSuccess(outcome)
    #expect(outcome.output.contains("data: ") && outcome.output.contains("finished: "), "\(outcome.description)")
    #expect(!outcome.output.contains("loss D") && !outcome.output.contains("\r"), "\(outcome.description)")
  }

  @Test func aBarWhereItIsAskedFor() throws {
    let outcome = try Program.run(train(["--progress", "bar"]))
    expectSuccess(outcome)
    #expect(states(outcome.output).count >= 2, "\(outcome.description)")
  }

  /// Whether the system has a device that is always full; a shell would make a file of that name otherwise.
  private static let hasFullDevice = (try? RunningCommand(["test", "-c", "/dev/full"]).wait().code) == 0

  @Test(arguments: (hasFullDevice ? [">/dev/full"] : []) + [">&-", ">&- 2>&-", "2>&- <&-"])
  func outputThatCannotBeWritten(place: String) throws {
    for style in ["bar", "plain"] {
      let outcome = try Program.run(train(["--progress", style]), under: ["bash", "-c", "\"$@\" \(place)", "bash"])
      #expect(outcome.code == 0, "\(outcome.description)")
      // Nothing of what would have been printed went into the files of the run.
      for line in try scratch.text("out/metrics.jsonl").split(separator: "\n") {
        #expect(line.hasPrefix("{\"step\":") && line.hasSuffix("}"))
      }
      #expect(try scratch.bytes("out/lock").isEmpty)
      #expect(try scratch.text("out/checkpoints/latest") == "step-00000012\n")
      try scratch.remove("out")
    }
  }

  @Test(
    .enabled(if: hasFullDevice, "needs /dev/full"),
    arguments: [["presets"], ["presets", "tiny"], ["train", "--preset", "tiny", "--print-config"]])
  func aResultThatCannotBeWritten(arguments: [String]) throws {
    let outcome = try Program.run(arguments, under: ["bash", "-c", "\"$@\" >/dev/full", "bash"])
    expectSentence(outcome, code: 73, ["standard output", "No space left"])
  }
}
