internal import Files
internal import BLAS
internal import Configuration
internal import DataParallel
internal import Foundation
internal import MPI

/// Where a run takes place, as `environment.json` tells.
///
/// None of it changes what is computed, unless sums over ranks are left to MPI.
public struct RunEnvironment: Encodable, Sendable {
  private let program = ProgramVersion.number
  private let instructionSet = ProgramVersion.instructionSet
  private let sourceCommit = ProgramVersion.sourceCommit
  private let mpi: String?
  private let blas = BLASLibrary.configuration
  private let blasKernels = BLASLibrary.kernels
  private let hosts: [String]
  private let operatingSystem = ProcessInfo.processInfo.operatingSystemVersionString
  private let processor = RunEnvironment.processorName
  private let processorFamily = ProcessorFamily.own
  private let processors = ProcessInfo.processInfo.activeProcessorCount
  private let processorQuota = ProcessorQuota()?.processors
  private let ranks: Int
  private let threadsPerRank: Int
  private let shardsAtOnce: Int
  private let reduction: String
  private let overlap: String
  private let from: Origin?

  /// Where the run's first numbers came from.
  private struct Origin: Encodable {
    let path: String
    let step: Int?
    let checksum: String?
    let optimizer: String
  }

  /// The environment of these replicas with `threads` threads each, on the hosts of these names.
  init(
    _ replicas: ReplicaGroup, threads: Int, shardsAtOnce: Int, overlap: Overlap, hosts: [String],
    settings: TrainingSettings
  ) {
    ranks = replicas.size
    threadsPerRank = threads
    self.shardsAtOnce = shardsAtOnce
    reduction = replicas.reduction.rawValue
    self.overlap = overlap.rawValue
    mpi = replicas.size > 1 ? MPILibrary.version : nil
    self.hosts = hosts
    from = settings.from.map {
      Origin(
        path: $0, step: settings.fromStep, checksum: settings.fromChecksum,
        optimizer: Self.optimizer(of: settings))
    }
  }

  /// What became of the optimizer's state of the run that this one started from.
  static func optimizer(of settings: TrainingSettings) -> String {
    settings.freshOptimizer ? "fresh" : settings.fromStep == 0 ? "without steps yet" : "kept"
  }

  /// The file's contents.
  var json: String { JSONText.encode(self, isPretty: true) + "\n" }

  /// The processor's name, where the system tells.
  package static var processorName: String? {
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return nil }
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces)
  }
}
