internal import Foundation

/// How much memory the system can give to this process.
package struct AvailableMemory {
  /// Bytes; `nil` where the system does not tell.
  package let byteCount: Int?

  /// Asks the system.
  ///
  /// - Parameter root: The folder that `proc` and `sys` lie in; another than `/` for tests.
  package init(root: String = "/") {
    func text(_ path: String) -> String? { try? String(contentsOfFile: root + path, encoding: .utf8) }
    var least: Int?
    func take(_ bytes: Int?) {
      if let bytes { least = min(least ?? bytes, max(bytes, 0)) }
    }
    take(Self.number(after: "MemAvailable:", in: text("proc/meminfo") ?? "").map { $0 << 10 })
    for line in (text("proc/self/cgroup") ?? "").split(separator: "\n") {
      // A line is `0::/path` of version 2, or `4:memory:/path` of version 1.
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let isNew = parts[0] == "0" && parts[1].isEmpty
      guard isNew || parts[1].split(separator: ",").contains("memory") else { continue }
      let names =
        isNew
        ? (mount: "sys/fs/cgroup", limit: "memory.max", use: "memory.current", cache: "inactive_file")
        : (
          mount: "sys/fs/cgroup/memory", limit: "memory.limit_in_bytes", use: "memory.usage_in_bytes",
          cache: "total_inactive_file"
        )
      // A limit of any group around this one counts, too.
      var folders = parts[2].split(separator: "/")
      while true {
        let group = ([names.mount] + folders.map(String.init)).joined(separator: "/") + "/"
        if let limit = text(group + names.limit).flatMap(Self.number),
          let use = text(group + names.use).flatMap(Self.number)
        {
          // Pages of files that nobody has touched for a while are given up on demand.
          take(limit - use + (Self.number(after: names.cache + " ", in: text(group + "memory.stat") ?? "") ?? 0))
        }
        if folders.isEmpty { break }
        folders.removeLast()
      }
    }
    byteCount = least
  }

  private static func number(_ text: String) -> Int? {
    // Version 1 writes nearly 2⁶³ for no limit, version 2 `max`.
    Int(text.trimmingCharacters(in: .whitespacesAndNewlines)).flatMap { $0 < 1 << 60 ? $0 : nil }
  }

  /// The number after a word at the start of a line.
  private static func number(after word: String, in text: String) -> Int? {
    let line = text.split(separator: "\n").first { $0.hasPrefix(word) }
    return line.flatMap { Int($0.dropFirst(word.count).prefix { $0 == " " || $0.isNumber }.filter { $0 != " " }) }
  }

  /// Bytes that this process has in memory now.
  package static var residentByteCount: Int { statusBytes("VmRSS") }

  /// The most bytes that this process has had in memory so far.
  package static var peakByteCount: Int { statusBytes("VmHWM") }

  private static func statusBytes(_ key: String) -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    return (number(after: key + ":\t", in: status) ?? 0) << 10
  }
}
