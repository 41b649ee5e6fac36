import Trainer
import Configuration
import Files
import Runs
import BLAS
import DataParallel
import Foundation
import Layers
import Logging
import MPI
import Networks
import Tensors

/// What can happen to the last rank of a run, which must end all ranks and spoil nothing that was written.
///
/// The program itself has no way to injure a run.
enum Injury: String, CaseIterable {
  /// A bit of a weight flips.
  case bit
  /// A weight becomes NaN.
  case nan
  /// The rank hangs, busy with something else.
  case silence

  /// The step after which it happens: between two checkpoints.
  private static let step = 7

  init(argument: String) {
    guard let injury = Injury(rawValue: argument) else {
      report("unknown injury '\(argument)'; known are \(Injury.allCases.map(\.rawValue))")
      exit(64)
    }
    self = injury
  }

  /// Trains like `sagan train --preset tiny --steps 20 --set checkpoint-every=5 --set log-every=1 --out DIR`.
  func strike(runIn directory: String) throws -> Never {
    BLASLibrary.useCallingThread()
    try withMPI(threadLevel: .serialized) { world in
      do {
        let assignments = [("steps", "20"), ("checkpoint-every", "5"), ("log-every", "1")].map {
          SettingAssignment(key: $0.0, value: $0.1, origin: "a check")
        }
        let replicas = try ReplicaGroup(world).watching(limit: .seconds(8), warn: report) { sentence in
          report(sentence)
          _exit(69)
        }
        let run = try TrainingRun(
          try SettingSources(preset: "tiny", environment: environmentSettings, assignments: assignments)
            .settings(),
          LaunchOptions(out: directory, start: .new, threads: 1), replicas: replicas,
          logger: Logger(label: "checks") { _ in SwiftLogNoOpLogHandler() })
        run.afterStep = { trainer in
          guard replicas.rank == replicas.size - 1, trainer.step == Self.step else { return }
          self.happen(to: trainer.discriminator.context.weights.parameters)
        }
        try run.run()
      } catch is RemoteFailureError {
        Thread.sleep(forTimeInterval: 3600)
      } catch let error as any ReportedError {
        world.abort(saying: error.sentence, exitCode: error.exitCode)
      }
    }
    exit(0)
  }

  private func happen(to parameters: Arena<Float>) {
    guard let entry = parameters.layout.entries.first(where: { $0.name == "block1.conv2.weight" }) else {
      preconditionFailure("there is no such layer")
    }
    let place = entry.range.lowerBound
    switch self {
    case .bit: parameters.values[place] = Float(bitPattern: parameters.values[place].bitPattern ^ 1)
    case .nan: parameters.values[place] = .nan
    case .silence: Thread.sleep(forTimeInterval: 3600)
    }
  }
}
