internal import BLAS
public import DataParallel
internal import Foundation
internal import MPI

/// Where a run takes place, as `environment.json` tells.
///
/// None of it changes what is computed.
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
  private let processors = ProcessInfo.processInfo.activeProcessorCount
  private let ranks: Int
  private let threadsPerRank: Int

  /// The environment of these replicas with `threads` threads each; every rank calls it.
  public init(_ replicas: ReplicaGroup, threads: Int) {
    ranks = replicas.size
    threadsPerRank = threads
    mpi = replicas.size > 1 ? MPILibrary.version : nil
    hosts = Self.hosts(replicas)
  }

  /// The names of the ranks' hosts, each once, in the order of ranks.
  private static func hosts(_ replicas: ReplicaGroup) -> [String] {
    // A rank writes its name's bytes into its own row; the sum over ranks is the whole table.
    let length = 64
    var table = [Float](repeating: 0, count: replicas.size * length)
    for (place, byte) in ProcessInfo.processInfo.hostName.utf8.prefix(length).enumerated() {
      table[replicas.rank * length + place] = Float(byte)
    }
    table.withUnsafeMutableBufferPointer { replicas.sum($0, on: .control) }
    var result: [String] = []
    for rank in 0..<replicas.size {
      let bytes = table[rank * length..<(rank + 1) * length].prefix { $0 > 0 }.map { UInt8($0) }
      let name = String(decoding: bytes, as: UTF8.self)
      if !result.contains(name) { result.append(name) }
    }
    return result
  }

  /// The file's contents.
  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    do {
      return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    } catch {
      preconditionFailure("numbers and texts are always JSON: \(error)")
    }
  }

  /// The processor's name, where the system tells.
  private static var processorName: String? {
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return nil }
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces)
  }
}
