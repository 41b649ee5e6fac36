import Configuration
import Trainer
import Files
import DataParallel
import Foundation
import MPI

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
  /// - Parameter body: The work of each rank.
  /// - Throws: What `body` throws, if there is no launcher; `MPIError` if the library cannot start.
  static func run(_ body: (ReplicaGroup) throws -> Void) throws {
    guard environment != nil else { return try body(.alone()) }
    try withMPI(threadLevel: .serialized) { world in
      do {
        let replicas = try ReplicaGroup(world, channels: ReplicaGroup.Channel.training) { sentence in
          say(sentence)
          return 70
        }
        try body(replicas)
        // mpirun can hang when one rank aborts while another finalizes: none leaves as long as another may fail.
        try replicas.agree {}
      } catch is RemoteFailureError {
        // The rank that failed ends this one; if it cannot, this one does.
        Thread.sleep(forTimeInterval: patience)
        say("rank \(world.rank): another rank failed and did not end the job")
        world.abort(exitCode: 70)
      } catch {
        let reported = error as? any ReportedError
        say(reported?.sentence ?? "rank \(world.rank): unexpected error: \(error)")
        world.abort(exitCode: reported?.exitCode ?? 70)
      }
    }
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
      Thread.sleep(forTimeInterval: patience)
    }
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
  }

  /// Seconds to wait until another process has printed its message and ended the job.
  private static let patience = 5.0
}
