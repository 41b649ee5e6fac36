import Trainer
import BLAS
import DataParallel
import Foundation
import MPI
import Configuration

/// Tests that need ranks: started by `mpirun` on any number of them, or alone as one rank without MPI.
///
/// With the argument `sums` it checks sums alone, on more ranks than the rest has time for; with `injure INJURY DIR` it
/// trains in DIR, and something happens to the last rank.
///
/// Not a test bundle, as that would run tests at once and in different orders on different ranks, whose messages would
/// then match wrongly. With another argument the program fails on purpose instead; `Tests/run-rank-checks` looks at how.
@main
enum RankChecks {
  static func main() throws {
    BLASLibrary.useKernelsOfBuild()
    let arguments = CommandLine.arguments.dropFirst()
    if arguments.first == "injure", arguments.count == 3 {
      let words = Array(arguments)
      try Injury(argument: words[1]).strike(runIn: words[2])
    }
    let isShort = arguments.first == "sums"
    if let argument = arguments.first, !isShort {
      guard let mode = FailureMode(rawValue: argument) else {
        report("unknown argument '\(argument)'; known are sums and \(FailureMode.allCases.map(\.rawValue))")
        exit(64)
      }
      try mode.run()
    }
    let failed =
      if LaunchEnvironment(ProcessInfo.processInfo.environment) == nil {
        run(Check.all, on: .alone())
      } else {
        try withMPI(threadLevel: .serialized) { world in
          let sums = try Check.sums(over: world)
          return run(isShort ? sums : Check.collectives(of: world) + sums + Check.all, on: try ReplicaGroup(world))
        }
      }
    exit(failed == 0 ? 0 : 1)
  }

  /// Runs checks in order and prints their outcome once; returns how many failed.
  private static func run(_ checks: [Check], on replicas: ReplicaGroup) -> Int {
    guard let watchdog = try? Watchdog(rank: replicas.rank) else {
      report("no thread for the watchdog")
      exit(1)
    }
    var failed = 0
    let suited = checks.filter { $0.leastRanks <= replicas.size }
    if replicas.isRoot {
      for check in checks where check.leastRanks > replicas.size {
        print("skipped: \(check.name): needs \(check.leastRanks) ranks")
      }
    }
    for check in suited {
      watchdog.watch(check.name, seconds: Watchdog.patience)
      do {
        try replicas.agree {
          do {
            try check.run(replicas)
          } catch {
            report("rank \(replicas.rank): \(check.name): \(error)")
            throw error
          }
        }
        if replicas.isRoot { print("passed: \(check.name)") }
      } catch {
        failed += 1
        if replicas.isRoot { print("FAILED: \(check.name)") }
      }
    }
    watchdog.stop()
    if replicas.isRoot { print("\(suited.count - failed) passed, \(failed) failed") }
    return failed
  }
}

extension Check {
  /// The checks of every file that need no more than a replica group.
  static var all: [Check] { exchanges + agreements + replicaAudits + lostNumbers + allocations + classifiers }
}

extension ReplicaGroup {
  /// A group that trains and ends as the program's does.
  convenience init(_ world: Communicator, reduction: ReductionAlgorithm = .canonical) throws(MPIError) {
    try self.init(world, channels: Channel.training, reduction: reduction) { sentence in
      report(sentence)
      return 70
    }
  }
}

extension Communicator {
  /// Prints `rank 3: message` on standard error and ends all ranks of the job.
  func abort(saying message: String, exitCode: Int32) -> Never {
    report("rank \(rank): \(message)")
    abort(exitCode: exitCode)
  }
}

/// What the environment says about settings, so that these checks compute as the program that is tested with them.
var environmentSettings: [SettingAssignment] { SettingAssignment.inEnvironment(ProcessInfo.processInfo.environment) }

/// Prints a line on standard error.
func report(_ line: String) {
  FileHandle.standardError.write(Data((line + "\n").utf8))
}
