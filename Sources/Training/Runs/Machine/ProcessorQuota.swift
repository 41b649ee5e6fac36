internal import Files
internal import Foundation

/// How much time of processors a control group gives to its processes, as `docker --cpus` and Kubernetes set it.
package struct ProcessorQuota: Codable, Equatable, Sendable {
  /// As many processors as could be used all the time.
  package let processors: Double
  /// The group with the least quota, by its folder: processes of one group share it.
  package let group: String

  /// Asks the system; nil where no group has a quota.
  ///
  /// - Parameter root: The folder that `proc` and `sys` lie in; another than `/` for tests.
  package init?(root: String = "/") {
    var least: ProcessorQuota?
    for group in ControlGroups.around("cpu", root: root) {
      let processors =
        group.isNew
        ? group.text("cpu.max").flatMap(Self.processors(inLine:))
        : group.text("cpu.cfs_quota_us").flatMap { quota in
          group.text("cpu.cfs_period_us").flatMap { Self.processors(quota: quota, period: $0) }
        }
      guard let processors, processors < least?.processors ?? .infinity else { continue }
      least = ProcessorQuota(processors: processors, group: group.folder)
    }
    guard let least else { return nil }
    self = least
  }

  /// A quota, for tests.
  package init(processors: Double, group: String) { (self.processors, self.group) = (processors, group) }

  /// The quota in a line `200000 100000` of version 2; nil for `max 100000`.
  package static func processors(inLine text: String) -> Double? {
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.count == 2 else { return nil }
    return processors(quota: String(words[0]), period: String(words[1]))
  }

  /// The quota of two numbers of microseconds; nil where there is none, which is −1 in version 1.
  package static func processors(quota: String, period: String) -> Double? {
    func number(_ text: String) -> Int? { Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) }
    guard let quota = number(quota), let period = number(period), quota > 0, period > 0 else { return nil }
    return Double(quota) / Double(period)
  }
}
