internal import Foundation

/// Starts runs by the script that knows the flags of `mpirun`, and takes what they print.
public struct RunLauncher: Sendable {
  private let script: String
  private let options: [String]
  private let program: String

  /// A launcher.
  ///
  /// - Parameters:
  ///   - script: Where `cluster/launch` lies.
  ///   - options: Its options for hosts and network.
  ///   - program: Where `sagan` lies, on every host.
  /// - Throws: `ScalingFault` if there is no script.
  public init(script: String, options: [String], program: String) throws(ScalingFault) {
    guard FileManager.default.isExecutableFile(atPath: script) else {
      throw ScalingFault(
        .missing,
        "expected the launcher at '\(script)' and found none that can be started; give --launcher the path of "
          + "cluster/launch")
    }
    (self.script, self.options, self.program) = (script, options, program)
  }

  /// The command of a run, up to the arguments of `sagan`.
  func command(ranks: Int, threads: Int) -> [String] {
    [script, "--ranks", "\(ranks)", "--threads", "\(threads)"] + options + ["--", program]
  }

  /// Runs `sagan` on ranks.
  ///
  /// - Parameters:
  ///   - arguments: Its command and options.
  ///   - ranks: How many.
  ///   - threads: Threads of each.
  /// - Returns: What it printed.
  /// - Throws: `ScalingFault` with its words and its exit code if it failed.
  func output(of arguments: [String], ranks: Int, threads: Int) throws(ScalingFault) -> Data {
    let command = command(ranks: ranks, threads: threads) + arguments
    let process = Process()
    process.executableURL = URL(fileURLWithPath: script)
    process.arguments = Array(command.dropFirst())
    let (output, complaints) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = complaints
    process.standardInput = FileHandle.nullDevice
    let words = Collected()
    complaints.fileHandleForReading.readabilityHandler = { words.append($0.availableData) }
    do {
      try process.run()
    } catch {
      throw ScalingFault(.unavailable, "cannot start '\(script)': \(error.localizedDescription)")
    }
    let result = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    complaints.fileHandleForReading.readabilityHandler = nil
    words.append(complaints.fileHandleForReading.availableData)
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      // A program's own sentence comes before the notices of mpirun.
      let lines = String(decoding: words.all, as: UTF8.self).split(separator: "\n")
      let sentence = lines.first { $0.hasPrefix("sagan: ") || $0.hasPrefix("launch: ") } ?? lines.last ?? "no word"
      throw ScalingFault(
        exitCode: process.terminationReason == .exit ? process.terminationStatus : 70,
        "a run with \(ranks == 1 ? "1 rank" : "\(ranks) ranks") failed (\(sentence)); its command was "
          + command.joined(separator: " "))
    }
    return result
  }
}

/// Bytes that arrive on another thread.
private final class Collected: @unchecked Sendable {
  private let lock = NSLock()
  private var bytes = Data()

  var all: Data { lock.withLock { bytes } }

  func append(_ more: Data) { lock.withLock { bytes += more } }
}
