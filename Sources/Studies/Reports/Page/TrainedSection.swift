internal import Checkpoints
internal import Evaluation
internal import Files
internal import Foundation

/// What was trained: the run at a glance, settings that are not the preset's, data, and where it took place.
struct TrainedSection {
  private let runs: [RunRecord]

  init(_ runs: [RunRecord]) { self.runs = runs }

  /// The section.
  var html: HTML {
    var content = HTML.empty
    if runs.count == 1 {
      content += tiles(runs[0])
      let facts: HTML = "<div>\n<h3>Data and networks</h3>\n\(facts(runs[0]))\(settings)</div>\n"
      content += "<div class=\"columns\">\n\(facts)<div>\n\(places)</div>\n</div>\n"
    } else {
      let columns = runs.map { run -> HTML in "<div><h3>\(run.name)</h3>\n\(tiles(run))\(facts(run))</div>\n" }
      content += "<div class=\"runs\">\n\(columns)</div>\n"
      content += settings
      content += places
    }
    return .section("trained", "What was trained", content)
  }

  // MARK: At a glance

  private func tiles(_ run: RunRecord) -> HTML {
    var tiles: [(String, HTML)] = []
    let steps = run.settings.map { " <small>of \(grouped($0.steps))</small>" as HTML } ?? .empty
    tiles.append(("steps", "\(grouped(run.lastStep))\(steps)"))
    if let settings = run.settings {
      tiles.append(("real images seen", "\(grouped(run.lastStep * settings.imagesPerStep))"))
    }
    if let metrics = run.metrics, metrics.seconds > 0 {
      tiles.append(("time", "\(timeText(seconds: metrics.seconds))"))
    }
    if let speed = run.metrics?["time/images_per_second"]?.last?.y {
      tiles.append(("images a second", "\(CurvesSection.digits(speed)) <small>at the end</small>"))
    }
    if let best = run.best {
      tiles.append(
        ("best \(best.score)", "\(EvaluationText.digits(best.value)) <small>step \(grouped(best.step))</small>"))
    } else if let score = run.evaluations.last?.scores.first {
      tiles.append(("last \(score.name)", "\(EvaluationText.digits(score.best))"))
    }
    let items = tiles.map { name, value -> HTML in "<div><dt>\(name)</dt><dd>\(value)</dd></div>\n" }
    return "<dl class=\"tiles\">\n\(items)</dl>\n"
  }

  private func facts(_ run: RunRecord) -> HTML {
    var facts: [(String, String)] = []
    if let settings = run.settings {
      facts.append(("preset", settings.preset))
      facts.append(("data", settings.values["data"] ?? ""))
      if let resolution = settings.values["resolution"], let channels = settings.values["image-channels"] {
        let colors = channels == "1" ? "grey" : channels == "3" ? "three colours" : "\(channels) channels"
        facts.append(("images", "\(resolution)×\(resolution), \(colors)"))
      }
    }
    if let fingerprint = run.dataFingerprint { facts.append(("data fingerprint", fingerprint)) }
    if let names = run.classNames {
      let more = names.count > 20 ? "; …" : ""
      facts.append(("classes", "\(grouped(names.count)): " + names.prefix(20).joined(separator: "; ") + more))
    } else if let classes = run.settings?.values["classes"] {
      facts.append(("classes", classes))
    }
    if let parameters = run.settings?.parameters {
      facts.append(
        ("parameters", "generator \(grouped(parameters.generator)), discriminator \(grouped(parameters.discriminator))")
      )
    }
    if let settings = run.settings { facts.append(("attention", settings.attention.map { "in " + $0 } ?? "none")) }
    if let from = run.settings?.values["from"] {
      let step = run.settings?.values["from-step"].map { ", step \($0)" } ?? ""
      facts.append(("numbers to begin with", "those of \(from)\(step)"))
    }
    if let first = run.starts.first?.time { facts.append(("begun", Self.date(first))) }
    if run.starts.count > 1 {
      let last = run.starts.last?.time.map { ", the last time " + Self.date($0) } ?? ""
      facts.append(("starts of the program", "\(run.starts.count)\(last)"))
    }
    let items = facts.map { name, value -> HTML in "<dt>\(name)</dt><dd>\(value)</dd>\n" }
    return "<dl class=\"facts\">\n\(items)</dl>\n"
  }

  /// A time of the world's clock.
  private static func date(_ seconds: Double) -> String {
    guard seconds > 0, seconds < 1e11 else { return "at an unknown time" }
    let parts = Calendar(identifier: .gregorian).dateComponents(
      in: TimeZone.gmt, from: Date(timeIntervalSince1970: seconds))
    func two(_ number: Int?) -> String { (number ?? 0) < 10 ? "0\(number ?? 0)" : "\(number ?? 0)" }
    return "\(parts.year ?? 0)-\(two(parts.month))-\(two(parts.day)) \(two(parts.hour)):\(two(parts.minute)) UTC"
  }

  // MARK: Settings

  private var settings: HTML {
    let known = runs.filter { $0.settings != nil }
    guard !known.isEmpty else { return "<h3>Settings</h3>\n<p>The settings cannot be read.</p>\n" }
    let tables = SettingsTables(known)
    var content: HTML = "<h3>Settings that differ\(runs.count > 1 ? "" : " from the preset")</h3>\n"
    content += tables.changes ?? "<p>All settings are the preset's.</p>\n"
    content += .details("All settings", tables.all)
    return content
  }

  private var places: HTML {
    let known = runs.compactMap { run in run.place.map { (run.name, $0.facts) } }
    guard !known.isEmpty else { return .empty }
    var names: [String] = []
    for (_, facts) in known { for fact in facts where !names.contains(fact.name) { names.append(fact.name) } }
    let rows = names.map { name -> [HTML] in
      ["\(name)"] + known.map { _, facts in facts.first { $0.name == name }.map { "\($0.value)" } ?? .empty }
    }
    let head: [HTML] = ["where it ran"] + (known.count > 1 ? known.map { "\($0.0)" } : ["value"])
    return "<h3>Environment</h3>\n" + .table("Environment", head: head, rows: rows)
  }
}

extension HTML {
  static func + (first: HTML, second: HTML) -> HTML { "\(first)\(second)" }
}
