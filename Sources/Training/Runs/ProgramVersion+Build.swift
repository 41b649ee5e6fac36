internal import BLAS
public import Files
internal import Foundation
internal import MPI

/// How the program was built, and what it is linked with.
extension ProgramVersion {
  /// The level of instructions that the program was built for.
  public static var instructionSet: String {
    #if SAGAN_ISA_V4
      "x86-64-v4"
    #elseif SAGAN_ISA_V3
      "x86-64-v3"
    #else
      "baseline"
    #endif
  }

  /// What `--version` prints: the program and its libraries.
  public static var description: String {
    """
    sagan \(number), built for \(instructionSet)\(sourceCommit.map { ", commit \($0.prefix(12))" } ?? "")
    MPI   \(MPILibrary.version)
    BLAS  \(BLASLibrary.configuration), kernels for \(BLASLibrary.kernels)
    """
  }

  /// The commit checked out where the program was built, if it still lies there.
  static var sourceCommit: String? {
    var folder = Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent()
    while let current = folder, current.path != "/" {
      let git = current.appendingPathComponent(".git")
      if let head = text(git.appendingPathComponent("HEAD")) {
        guard head.hasPrefix("ref: ") else { return head }
        return text(git.appendingPathComponent(String(head.dropFirst(5))))
      }
      folder = current.deletingLastPathComponent()
    }
    return nil
  }

  private static func text(_ file: URL) -> String? {
    (try? String(contentsOf: file, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
