import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// A process of a run that goes on.
struct RunProcess {
  /// Its number.
  let identifier: pid_t
  /// Its rank; `nil` for the launcher, and for a rank without one.
  let rank: Int?

  /// All processes that name a run's directory on their command line: the launcher and its ranks.
  static func all(of directory: String) throws -> [RunProcess] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }.compactMap { identifier in
      func words(_ file: String) -> [String] {
        guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(identifier)/\(file)")) else { return [] }
        return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      }
      guard words("cmdline").contains(directory) else { return nil }
      let variable = "OMPI_COMM_WORLD_RANK="
      let value = words("environ").first { $0.hasPrefix(variable) }
      return RunProcess(identifier: identifier, rank: value.flatMap { Int($0.dropFirst(variable.count)) })
    }
  }

  /// What the system says that a process does: `R`, `S`, `T` when it is stopped; `nil` without such a process.
  static func state(of process: pid_t) -> Character? {
    let status = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
    // The name stands in parentheses, and may have some of its own.
    return status.lastIndex(of: ")").flatMap { status[$0...].dropFirst(2).first }
  }

  /// The process of a run's rank, once it is there.
  static func ofRank(_ rank: Int, in directory: String) throws -> pid_t? {
    try all(of: directory).first { $0.rank == rank }?.identifier
  }
}
