internal import Files
package import Foundation
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#endif

/// Starts runs by the script that knows the flags of `mpirun`, and takes what they print.
public final class RunLauncher: Sendable {
  private let script: String
  private let options: [String]
  /// Where `sagan` lies.
  package let program: String
  /// The run that is under way, and whether it was stopped.
  private let state = Mutex<(process: LaunchedProcess?, isStopped: Bool)>((nil, false))

  /// A launcher.
  ///
  /// - Parameters:
  ///   - script: Where `cluster/launch` lies.
  ///   - options: Its options for hosts and network.
  ///   - program: Where `sagan` lies, on every host.
  /// - Throws: `ScalingError` if there is no script.
  public init(script: String, options: [String], program: String) throws(ScalingError) {
    guard FileManager.default.isExecutableFile(atPath: script) else {
      throw ScalingError(
        .missing,
        "expected the launcher at '\(script)' and found none that can be started; give --launcher the path of "
          + "cluster/launch")
    }
    (self.script, self.options, self.program) = (script, options, program)
  }

  /// The command of a run, up to the arguments of `sagan`.
  package func command(ranks: Int, threads: Int) -> [String] {
    [script, "--ranks", "\(ranks)", "--threads", "\(threads)"] + options + ["--", program]
  }

  /// Checks that so many ranks can be launched, without launching any.
  ///
  /// - Throws: `ScalingError` with the launcher's words and exit code if not.
  package func check(ranks: Int, threads: Int) throws(ScalingError) {
    _ = try output(
      of: command(ranks: ranks, threads: threads).inserting("--dry-run", at: 1),
      "the launch of \(counted(ranks, "rank"))")
  }

  /// Runs `sagan` on ranks.
  ///
  /// - Parameters:
  ///   - arguments: Its command and options.
  ///   - ranks: How many.
  ///   - threads: Threads of each.
  /// - Returns: What it printed.
  /// - Throws: `ScalingError` with its words and its exit code if it failed.
  func output(of arguments: [String], ranks: Int, threads: Int) throws(ScalingError) -> Data {
    try output(of: command(ranks: ranks, threads: threads) + arguments, "a run with \(counted(ranks, "rank"))")
  }

  /// Ends the run that is under way, as `mpirun` ends jobs that it is asked to end; returns when it has ended.
  public func stop() {
    let process = state.withLock { state in
      state.isStopped = true
      return state.process
    }
    guard let process else { return }
    // mpirun takes a second to end its ranks. While it is still starting them it may forget that it was asked to.
    for tenths in 0..<600 where process.exitCode == nil {
      if tenths % 30 == 0 { process.send(SIGTERM) }
      Thread.sleep(forTimeInterval: 0.1)
    }
  }

  /// Runs `sagan` alone, without a launcher.
  ///
  /// - Parameter arguments: Its command and options.
  /// - Returns: What it printed.
  /// - Throws: `ScalingError` with its words and its exit code if it failed.
  package func outputAlone(of arguments: [String]) throws(ScalingError) -> Data {
    try output(of: [program] + arguments, "sagan " + (arguments.first ?? ""))
  }

  private func output(of command: [String], _ title: String) throws(ScalingError) -> Data {
    // Files, since others than the run may hold a pipe open: a connection that ssh keeps, for instance.
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sagan-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let (said, complained) = (folder.appendingPathComponent("output"), folder.appendingPathComponent("errors"))
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw ScalingError(.unavailable, "cannot start '\(command[0])': \(error.localizedDescription)")
    }
    let process = try LaunchedProcess(command, output: said.path, errors: complained.path)
    let isStopped = state.withLock { state in
      state.process = process
      return state.isStopped
    }
    if isStopped { process.send(SIGTERM) }
    let code = process.wait()
    let wasStopped = state.withLock { state in
      state.process = nil
      return state.isStopped
    }
    // Whoever stopped it ends the program.
    if wasStopped { while true { Thread.sleep(forTimeInterval: 1) } }
    guard code == 0 else {
      throw ScalingError(
        exitCode: code,
        "\(title) failed (\(Self.sentence(in: complained.path) ?? "it printed nothing and ended with exit code \(code)")); its "
          + "command was " + command.joined(separator: " "))
    }
    return (try? Data(contentsOf: said)) ?? Data()
  }

  /// What a failed run has to say.
  ///
  /// - Parameters:
  ///   - path: The file of its complaints, perhaps among other lines.
  ///   - begin: Where its own begin, in bytes.
  /// - Returns: The last sentence of the program or the launcher, which comes before the notices of `mpirun`, or the first words;
  ///   `nil` where there are none.
  package static func sentence(in path: String, from begin: Int = 0) -> String? {
    let bytes = (try? Data(contentsOf: URL(fileURLWithPath: path))) ?? Data()
    let lines = String(decoding: bytes.dropFirst(begin), as: UTF8.self).split(separator: "\n").map(String.init)
    return lines.last { $0.hasPrefix("sagan: ") || $0.hasPrefix("launch: ") } ?? lines.first { $0.contains(/[A-Za-z]/) }
  }
}

extension [String] {
  /// The words with one more.
  fileprivate func inserting(_ word: String, at place: Int) -> [String] {
    var result = self
    result.insert(word, at: place)
    return result
  }
}
