import Trainer
import DataParallel
import Foundation
import MPI
import Configuration

/// Ways to go wrong on one rank, each of which must end all ranks at once, with that rank's message and a failing code.
enum FailureMode: String, CaseIterable {
  /// Rank 1 gives up while the others wait for it; the job must exit with `exitCode`.
  case abort = "must-fail"
  /// A collective fails inside a step: root sums fewer elements than the others.
  case collective = "must-fail-in-sum"
  /// All ranks but root cannot open something; rank 1 alone must report it, and the job exit with `exitCode`.
  case agreement = "must-fail-together"
  /// Rank 1 never arrives; root's watchdog must name what it waits for.
  case hang = "must-hang"

  static let exitCode: Int32 = 66

  /// Fails; needs two ranks.
  func run() throws -> Never {
    try withMPI { world in
      precondition(world.size > 1, "\(rawValue) needs two ranks")
      switch self {
      case .abort:
        if world.rank == 1 { world.abort(saying: "gives up on purpose", exitCode: Self.exitCode) }
        try world.barrier()
      case .collective:
        var numbers = [Float](repeating: 1, count: world.isRoot ? 4 : 8)
        let replicas = try ReplicaGroup(world)
        numbers.withUnsafeMutableBufferPointer { replicas.sum($0, on: .generator) }
        // A rank that has its sum already must not get away.
        try world.barrier()
      case .agreement:
        do {
          try ReplicaGroup(world).agree {
            if !world.isRoot { throw CheckFailure(description: "gives up on purpose") }
          }
        } catch is RemoteFailureError {
          return  // MPI's finalisation waits for the rank that reports, which ends the job.
        } catch {
          world.abort(saying: "\(error)", exitCode: Self.exitCode)
        }
      case .hang:
        let watchdog = try Watchdog(rank: world.rank)
        if world.isRoot { watchdog.watch("a barrier without rank 1", seconds: 1) }
        if world.rank == 1 { Thread.sleep(forTimeInterval: 3600) }
        try world.barrier()
      }
      report("rank \(world.rank): \(rawValue) went on")
    }
    exit(0)
  }
}
