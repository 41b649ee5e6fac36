/// Which numbers of the metrics are drawn in which chart.
///
/// Every number has a place: those that nobody has thought of stand under the first part of their names.
struct CurvePlan {
  /// A chart.
  struct Chart: Equatable {
    /// What it shows.
    let title: String
    /// The numbers in it.
    let names: [String]
  }

  /// Charts under a heading.
  struct Group: Equatable {
    /// The heading.
    let title: String
    /// The charts.
    var charts: [Chart]
    /// Whether it is folded.
    var isMinor = false
  }

  /// The groups, in the order of the page.
  let groups: [Group]

  /// More curves than this in one chart cannot be told apart.
  static let most = PageColors.curves.count

  private static let errors = "Errors and deviations of scores"

  /// Headings of the first parts of names; several may share one.
  ///
  /// Others follow.
  private static let headings: [(title: String, parts: Set<String>)] = [
    ("Losses and logits", ["loss", "logit", "class_loss", "class_accuracy"]),
    ("Scores and diversity", ["score", "diversity"]),
    ("Attention", ["attention"]),
    ("Gradients and learning rates", ["gradient_norm", "learning_rate"]),
    ("Spectral norms σ", ["sigma"]),
    ("Speed", ["time"]),
    (errors, [errors]),
  ]

  /// Words for what a chart shows, by the part of the names that is common to its numbers.
  private static let titles: [String: String] = [
    "loss": "losses", "logit": "logits", "class_loss": "class losses", "class_accuracy": "class accuracy",
    "gradient_norm": "gradient norms", "learning_rate": "learning rates",
    "learning_rate/factor": "learning rates: factor",
    "attention/gamma": "γ of attention", "attention/entropy": "entropy of attention",
    "attention/distance": "distance of attention", "sigma/generator": "σ of the generator",
    "sigma/discriminator": "σ of the discriminator", "time/images_per_second": "images a second",
    "time/seconds": "seconds since the start of the program", "time/score_seconds": "seconds of an evaluation",
  ]

  /// Places numbers.
  ///
  /// - Parameters:
  ///   - names: The numbers, in the order of the metrics.
  ///   - isShared: Whether several runs share a chart, which then has one number.
  init(_ names: [String], isShared: Bool) {
    var order: [String] = []
    var members: [String: [String]] = [:]
    for name in names {
      let key = Self.chart(of: name)
      if members[key] == nil { order.append(key) }
      members[key, default: []].append(name)
    }
    var groups = Self.headings.map { Group(title: $0.title, charts: [], isMinor: $0.title == Self.errors) }
    for key in order {
      let isError = key.hasPrefix("score/") && (key.hasSuffix("_error") || key.hasSuffix("_deviation"))
      let first = isError ? Self.errors : String(key.prefix { $0 != "/" })
      let heading = Self.headings.firstIndex { $0.parts.contains(first) }
      let title = key.contains("/") || members[key] != [key] ? first : "Others"
      let place = heading ?? groups.firstIndex { $0.title == title } ?? groups.count
      if place == groups.count { groups.append(Group(title: title, charts: [])) }
      groups[place].charts += Self.charts(key, members[key] ?? [], isShared: isShared)
    }
    self.groups = groups.filter { !$0.charts.isEmpty }
  }

  /// What numbers of the same chart have in common.
  private static func chart(of name: String) -> String {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    // Numbers of one unit share a chart; a score, a time and the decay's factor have their own.
    if parts.count == 1 || parts[0] == "time" || name == "learning_rate/factor" { return name }
    if parts[0] == "score" {
      return name.hasSuffix("_corrected") ? String(name.dropLast("_corrected".count)) : name
    }
    // Networks share a chart, as a network's layers do.
    if parts[0] == "attention" { return parts.prefix(2).joined(separator: "/") }
    return parts.dropLast().joined(separator: "/")
  }

  private static func charts(_ key: String, _ names: [String], isShared: Bool) -> [Chart] {
    if isShared { return names.map { Chart(title: titles[$0] ?? $0, names: [$0]) } }
    let title = titles[key] ?? key
    let count = (names.count + most - 1) / most
    guard count > 1 else { return [Chart(title: title, names: names)] }
    // Charts of about the same number of curves.
    return (0..<count).map { part in
      let range = part * names.count / count..<(part + 1) * names.count / count
      return Chart(title: "\(title), \(part + 1) of \(count)", names: Array(names[range]))
    }
  }
}
