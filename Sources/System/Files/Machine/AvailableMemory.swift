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
    for group in ControlGroups.around("memory", root: root) {
      let names =
        group.isNew
        ? (limit: "memory.max", use: "memory.current", cache: "inactive_file")
        : (limit: "memory.limit_in_bytes", use: "memory.usage_in_bytes", cache: "total_inactive_file")
      guard let limit = group.text(names.limit).flatMap(Self.number),
        let use = group.text(names.use).flatMap(Self.number)
      else { continue }
      // Pages of files that nobody has touched for a while are given up on demand.
      take(limit - use + (Self.number(after: names.cache + " ", in: group.text("memory.stat") ?? "") ?? 0))
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
