import Foundation
import TestSupport

#if canImport(Glibc)
  import Glibc
#endif

/// The built program, started as a user starts it.
struct Program {
  /// Where the program is: `SAGAN_BINARY`, or the release build of this package.
  static let path: String = {
    if let path = ProcessInfo.processInfo.environment["SAGAN_BINARY"], !path.isEmpty {
      return URL(fileURLWithPath: path).path
    }
    return package.appendingPathComponent(".build/release/sagan").path
  }()

  /// The folder of the package.
  static let package: URL = {
    var folder = URL(fileURLWithPath: #filePath)
    repeat { folder.deleteLastPathComponent() } while folder.lastPathComponent != "Tests"
    return folder.deletingLastPathComponent()
  }()

  /// More ranks than cores are no reason to fail here, and time is none to bind them.
  private static let launcher = [
    "mpirun", "--oversubscribe", "--bind-to", "none", "--mca", "mpi_yield_when_idle", "1",
  ]

  /// A wrapper under which convolutions are computed as usual, whatever all tests were told.
  static let withoutChoice = ["env", "--unset=SAGAN_CONV"]

  /// Runs `sagan` with arguments.
  ///
  /// - Parameters:
  ///   - arguments: What follows the program's name.
  ///   - ranks: How many ranks `mpirun` starts; no `mpirun` where `nil`.
  ///   - wrapper: A command that gets the program and its arguments as its own last arguments.
  ///   - directory: Where relative paths begin; the test's own where `nil`.
  /// - Returns: How the program ended.
  /// - Throws: `Hang` if it does not end.
  static func run(
    _ arguments: [String], ranks: Int? = nil, under wrapper: [String] = [], in directory: Scratch? = nil
  ) throws -> Outcome {
    try start(arguments, ranks: ranks, under: wrapper, in: directory).wait()
  }

  /// Starts `sagan` as `run` does, and does not wait for its end.
  static func start(
    _ arguments: [String], ranks: Int? = nil, under wrapper: [String] = [], in directory: Scratch? = nil
  ) throws -> RunningCommand {
    let prefix = ranks.map { launcher + ["-np", String($0)] } ?? []
    return try RunningCommand(prefix + wrapper + [path] + arguments, in: directory)
  }

  /// Runs one rank in each of these folders, as ranks on hosts with files of their own.
  static func run(_ arguments: [String], inFolders folders: [String]) throws -> Outcome {
    let contexts = folders.map { ["-np", "1", "-wdir", $0, path] + arguments }
    return try RunningCommand(launcher + contexts.joined(separator: [":"])).wait()
  }
}

/// How a command ended, and what it said.
struct Outcome {
  /// The whole command line.
  let command: String
  /// The exit code; 128 and the signal's number if a signal ended it.
  let code: Int32
  /// Standard output.
  let output: String
  /// Standard error.
  let errors: String

  /// All of it, for the reports of tests that fail.
  var description: String {
    "\(command) ended with \(code)\n--- output\n\(output)--- errors\n\(errors)---"
  }
}

/// A command that did not end in time.
struct Hang: Error, CustomStringConvertible {
  let description: String
}

/// A command with a time limit.
///
/// What it prints goes to files: a pipe would stay open in every process that another test starts meanwhile.
final class RunningCommand {
  private let command: [String]
  private let process: ChildProcess
  private let scratch: Scratch

  /// Starts a command, looking for its first word on the PATH.
  init(_ command: [String], in directory: Scratch? = nil) throws {
    self.command = command
    scratch = try Scratch()
    var environment = ProcessInfo.processInfo.environment
    // What scripts/test sets for the tests' own calls of OpenBLAS.
    for name in environment["SAGAN_TEST_BLAS"]?.split(separator: ",") ?? [] { environment[String(name)] = nil }
    if geteuid() == 0 {
      environment["OMPI_ALLOW_RUN_AS_ROOT"] = "1"
      environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1"
    }
    // These tests may be a background job, deaf to some signals, and so may the thread that starts the command.
    process = try ChildProcess(
      ["/usr/bin/env", "--default-signal"] + command, environment: environment, in: directory?.path,
      output: scratch.at("output"), errors: scratch.at("errors"))
  }

  /// The command's process.
  var identifier: pid_t { process.identifier }

  /// Sends a signal.
  func send(_ signal: Int32) { process.send(signal) }

  /// Whether the command has not ended yet.
  var isRunning: Bool { process.isRunning }

  /// What the command has printed so far.
  var output: String { (try? scratch.text("output")) ?? "" }

  /// The most memory that the command itself has had so far, as far as the system tells.
  var peakMebibytes: Double? {
    let status = try? String(contentsOfFile: "/proc/\(process.identifier)/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first).flatMap { Double($0) }.map { $0 / 1024 }
  }

  /// Whether the command does something of its own when it gets a signal, as far as the system tells.
  func catches(_ signal: Int32) -> Bool {
    let status = try? String(contentsOfFile: "/proc/\(process.identifier)/status", encoding: .utf8)
    let mask = status?.firstMatch(of: /SigCgt:\s*([0-9a-f]+)/).flatMap { UInt64($0.output.1, radix: 16) }
    return mask.map { $0 >> UInt64(signal - 1) & 1 == 1 } ?? false
  }

  /// Waits until the command and all processes it started have ended.
  ///
  /// - Parameter seconds: After which time they are killed.
  /// - Returns: How the command ended.
  /// - Throws: `Hang` with the command's name and what it said if it had to be killed.
  func wait(seconds: Double = Patience.seconds) throws -> Outcome {
    let line = command.joined(separator: " ")
    guard let code = process.wait(seconds: seconds) else {
      // mpirun ends its ranks when it is asked to end, and leaves them behind when it is killed.
      send(SIGTERM)
      if process.wait(seconds: 30) == nil { process.sendToAll(SIGKILL) }
      let said = try scratch.text("output") + scratch.text("errors")
      throw Hang(description: "\(line) hangs, or left a process behind that does: killed after \(seconds) s\n\(said)")
    }
    return Outcome(
      command: line, code: code, output: try scratch.text("output"),
      errors: try scratch.text("errors"))
  }
}
