internal import BLAS
package import DataParallel
public import Files
internal import Foundation

/// What decides the bits of a rank's results, beside the family of its processor: the build, and the kernels of its BLAS library.
///
/// Where ranks differ in it they compute other spectral norms from equal weights, and the first audit ends a run that many
/// node-hours may have led to. So it is compared before anything starts.
package struct RankArithmetic: Codable, Equatable, Sendable {
  /// The host's name.
  package let host: String
  /// The program's version and level of instructions.
  package let build: String
  /// The version of the BLAS library, and the processors that its kernels are for; flavours of threads compute the same bits.
  package let kernels: String

  /// That of some rank.
  package init(host: String, build: String, kernels: String) {
    (self.host, self.build, self.kernels) = (host, build, kernels)
  }

  /// That of this process.
  private init() {
    let library = BLASLibrary.configuration.split(separator: " ").prefix(2).joined(separator: " ")
    self.init(
      host: ProcessInfo.processInfo.hostName,
      build: "sagan \(ProgramVersion.number) for \(ProgramVersion.instructionSet)",
      kernels: "\(library) for \(BLASLibrary.kernels)")
  }

  /// Compares all ranks; every one of them calls it.
  ///
  /// - Parameter replicas: The ranks.
  /// - Throws: `MixedArithmeticError` on rank 0 if one computes otherwise, `RemoteFailureError` on the others.
  package static func check(over replicas: ReplicaGroup) throws {
    guard replicas.size > 1 else { return }
    let messages = replicas.gather(Array(try JSONEncoder().encode(RankArithmetic())))
    try replicas.agree {
      let all = try messages.map { try JSONDecoder().decode(RankArithmetic.self, from: Data($0)) }
      if let error = MixedArithmeticError(all) { throw error }
    }
  }
}

/// Ranks whose results would have other bits.
public struct MixedArithmeticError: ReportedError {
  /// EX_CONFIG.
  public var exitCode: Int32 { 78 }
  /// The sentence that the user reads.
  public let description: String

  /// The first difference from rank 0; `nil` where there is none.
  package init?(_ ranks: [RankArithmetic]) {
    guard let first = ranks.first,
      let rank = ranks.firstIndex(where: { $0.build != first.build || $0.kernels != first.kernels })
    else { return nil }
    let other = ranks[rank]
    func sentence(_ path: KeyPath<RankArithmetic, String>, _ cure: String) -> String {
      "rank 0 on \(first.host) computes with \(first[keyPath: path]) and rank \(rank) on \(other.host) with "
        + "\(other[keyPath: path]), which round differently; \(cure)"
    }
    description =
      first.build != other.build
      ? sentence(\.build, "start the same build on all hosts")
      : sentence(
        \.kernels,
        "have the same version of OpenBLAS and the same value of the variable OPENBLAS_CORETYPE, or none, on all hosts; "
          + "cluster/launch hands the variable on")
  }
}
