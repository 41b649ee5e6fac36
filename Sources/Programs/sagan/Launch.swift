import Configuration
import Trainer
import Files
import DataParallel
import Foundation
import MPI
import Runs

/// How this process was started, and how it ends.
///
/// What all ranks would print, one prints.
enum Launch {
  /// What a launcher such as `mpirun` says; nil without one.
  static let environment = LaunchEnvironment(ProcessInfo.processInfo.environment)

  /// What the environment says about settings that nobody chooses.
  static var environmentSettings: [SettingAssignment] {
    SettingAssignment.inEnvironment(ProcessInfo.processInfo.environment)
  }

  /// Whether this process speaks for all.
  static var isRoot: Bool { environment?.isRoot ?? true }

  /// The number of ranks as the launcher tells it.
  static var ranks: Int { environment?.size ?? 1 }

  /// Runs `body` on the ranks that a launcher started, or alone without MPI.
  ///
  /// An error on any rank ends all of them: the rank that has something to say prints it and aborts the job.
  ///
  /// - Parameters:
  ///   - threads: Threads of each rank.
  ///   - body: The work of each rank.
  /// - Throws: What `body` throws, if there is no launcher; `LaunchError` if MPI does not know the launcher; `MPIError` if the
  ///   library cannot start.
  static func run(threads: Int = 1, _ body: (ReplicaGroup) throws -> Void) throws {
    try checkLauncher()
    guard let environment, environment.speaksMPI else { return try body(.alone()) }
    if let quota = ProcessorQuota()?.processors, Double(environment.localSize * threads) > quota {
      // A rank that asks without pause whether others are done would take the time that these need.
      MPIWaiting.giveWay()
    }
    try withMPI(threadLevel: .serialized) { world in
      if let fault = LaunchError(environment, rank: world.rank, size: world.size) {
        exit(saying: fault.sentence, exitCode: fault.exitCode)
      }
      do {
        let replicas = try ReplicaGroup(world, channels: ReplicaGroup.Channel.training) { sentence in
          say(sentence)
          return 70
        }
        try RankArithmetic.check(over: replicas)
        try body(replicas)
        // mpirun can hang when one rank aborts while another finalizes: none leaves as long as another may fail.
        try replicas.agree {}
      } catch is RemoteFailureError {
        // The rank that failed ends this one; if it cannot, this one does.
        Foundation.Thread.sleep(forTimeInterval: patience)
        say("rank \(world.rank): another rank failed and did not end the job")
        world.abort(exitCode: 70)
      } catch {
        let reported = error as? any ReportedError
        say(reported?.sentence ?? "rank \(world.rank): unexpected error: \(error)")
        world.abort(exitCode: reported?.exitCode ?? 70)
      }
    }
  }

  /// Checks that MPI can know of the other processes where a launcher has started some.
  ///
  /// - Throws: `LaunchError` on all of them; the first one prints it.
  static func checkLauncher() throws(LaunchError) {
    if let environment, !environment.speaksMPI, environment.size != 1 { throw LaunchError(environment) }
  }

  /// Prints `sagan: sentence` once, on standard error, and ends this process.
  ///
  /// For faults that every rank meets before MPI is started.
  static func exit(saying sentence: String, exitCode: Int32) -> Never {
    exit("sagan: " + sentence, exitCode: exitCode)
  }

  /// Prints a text once, on standard output if nothing is wrong, and ends this process.
  static func exit(_ text: String, exitCode: Int32) -> Never {
    if isRoot, !text.isEmpty {
      exitCode == 0 ? Console.say(text) : Console.complain(text)
    } else if exitCode != 0 {
      // The launcher ends all processes once one has failed: let that be the one that speaks.
      Foundation.Thread.sleep(forTimeInterval: patience)
    }
    Console.flush()
    Foundation.exit(exitCode)
  }

  /// Prints `sagan: sentence` on standard error and ends this process, and with it the job, from any thread.
  ///
  /// MPI may be called by one thread alone, which waits: a launcher ends the other ranks once one has failed.
  static func end(saying sentence: String, exitCode: Int32) -> Never {
    say(sentence)
    _exit(exitCode)
  }

  /// Prints `sagan: sentence` on standard error.
  private static func say(_ sentence: String) {
    Console.complain("sagan: " + sentence)
    Console.flush()
  }

  /// Seconds to wait until another process has printed its message and ended the job.
  private static let patience = 5.0
}
