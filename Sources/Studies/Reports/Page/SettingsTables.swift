/// Settings of runs side by side.
struct SettingsTables {
  private let runs: [(name: String, settings: RunSettings)]
  /// The values of the preset, where all runs have the same.
  private let preset: [String: String]?

  init(_ runs: [RunRecord]) {
    self.runs = runs.compactMap { run in run.settings.map { (run.name, $0) } }
    let presets = Set(self.runs.map(\.settings.preset))
    preset = presets.count == 1 ? self.runs.first?.settings.presetValues : nil
  }

  /// The settings in which a run differs from its preset, or runs from one another; `nil` where there are none.
  var changes: HTML? {
    let keys = RunSettings.keys.filter { key in
      areDifferent(key) || runs.contains { $0.settings.changes.contains(key) }
    }
    guard !keys.isEmpty else { return nil }
    var legend: HTML =
      runs.count > 1 ? "<p class=\"faint\">≠ marks settings in which the runs differ. " : "<p class=\"faint\">"
    legend += "Values in bold are not the preset's.</p>\n"
    return table("Settings that differ", keys) + legend
  }

  /// All settings.
  var all: HTML {
    table("All settings", RunSettings.keys.filter { key in runs.contains { $0.settings.values[key] != nil } })
  }

  private func areDifferent(_ key: String) -> Bool { Set(runs.map { $0.settings.values[key] ?? "" }).count > 1 }

  private func table(_ label: String, _ keys: [String]) -> HTML {
    let head: [HTML] =
      ["setting"] + (preset == nil ? [] : ["preset"])
      + (runs.count == 1 ? ["this run"] : runs.map { "\($0.name)" })
    let rows = keys.map { key -> [HTML] in
      let mark: HTML = areDifferent(key) ? " ≠<span class=\"hidden\"> (the runs differ)</span>" : .empty
      let own = runs.map { run -> HTML in
        guard let value = run.settings.values[key] else { return "–" }
        return run.settings.changes.contains(key) ? "<strong>\(value)</strong>" : "\(value)"
      }
      return ["\(key)\(mark)"] + (preset.map { ["\($0[key] ?? "–")"] } ?? []) + own
    }
    return .table(label, head: head, rows: rows)
  }
}
