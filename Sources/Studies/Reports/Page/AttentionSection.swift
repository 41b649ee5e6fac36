internal import Files

/// What the networks' attention looks at.
struct AttentionSection {
  private let runs: [RunRecord]
  private let figures: AttentionFigures

  init(_ runs: [RunRecord], _ figures: @escaping AttentionFigures) { (self.runs, self.figures) = (runs, figures) }

  /// The section.
  ///
  /// - Parameter characters: How many characters of the page the pictures may take.
  /// - Returns: The section.
  func html(characters: Int) -> HTML {
    var content = HTML.empty
    for run in runs {
      let heading: HTML = runs.count > 1 ? "<h3>\(run.name)</h3>\n" : .empty
      content += heading + words(run, characters: characters / runs.count)
    }
    return .section("attention", "Attention", content)
  }

  private func words(_ run: RunRecord, characters: Int) -> HTML {
    guard let settings = run.settings else { return "<p>The settings cannot be read.</p>\n" }
    guard let attention = settings.attention else {
      return "<p>The networks have no attention (the settings generator-attention and discriminator-attention).</p>\n"
    }
    var content: HTML = "<p>There is attention in \(attention).\(gammas(run))</p>\n"
    do {
      let found = try figures(run)
      for figure in found {
        let picture = try PagePicture(
          figure.png, name: "the figure of attention", limit: characters / found.count / 4 * 3)
        content += """
          <figure>
          \(picture.element(alt: figure.alt, around: 640))
          <figcaption>\(figure.caption)</figcaption>
          </figure>

          """
      }
      if found.isEmpty { content += "<p class=\"faint\">No figure of it was drawn.</p>\n" }
    } catch {
      let sentence = (error as? any ReportedError)?.sentence ?? "\(error)"
      content += "<p>A figure of it cannot be drawn: \(sentence).</p>\n"
    }
    return content
  }

  /// How much attention counts, where the metrics tell.
  private func gammas(_ run: RunRecord) -> String {
    let prefix = "attention/gamma/"
    let values = (run.metrics?.names ?? []).filter { $0.hasPrefix(prefix) }.prefix(8).compactMap { name in
      run.metrics?[name]?.last.map { "\(name.dropFirst(prefix.count)) \(CurvesSection.digits($0.y))" }
    }
    return values.isEmpty ? "" : " Its factor γ at the end: " + values.joined(separator: ", ") + "."
  }
}
