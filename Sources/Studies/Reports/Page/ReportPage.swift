internal import Files

/// A page about runs that needs nothing but itself: no network, no other file.
///
/// It may hold at most some five megabytes: words and curves come first, and pictures get the room that is left.
package struct ReportPage {
  private let runs: [RunRecord]
  private let program: String
  private let attention: AttentionFigures

  /// What every page begins with, and no file of another program does.
  package static let beginning = "<!DOCTYPE html>\n<!-- sagan report: the program may replace this file -->\n"

  /// Bytes of a page at most.
  package static let limit = 5_000_000

  /// A page.
  ///
  /// - Parameters:
  ///   - runs: What it is about, at least one run.
  ///   - program: The program's name and version.
  ///   - attention: Draws figures of attention; none until somebody does.
  package init(_ runs: [RunRecord], program: String, attention: @escaping AttentionFigures = { _ in [] }) {
    precondition(!runs.isEmpty, "a report of no runs")
    (self.runs, self.program, self.attention) = (runs, program, attention)
  }

  /// The file's contents.
  package var text: String {
    let trained = TrainedSection(runs).html
    let (scores, curves, commands) = (ScoresSection(runs).html, CurvesSection(runs).html, CommandsSection(runs).html)
    let words = [trained, scores, curves, commands].reduce(0) { $0 + $1.text.utf8.count }
    // Style, heading and notes are small. However many curves there are, pictures get a little.
    let room = max(Self.limit - words - 150_000, 600_000)
    let samples = SamplesSection(runs)
    let last = samples.last(characters: room / 6)
    let looks = AttentionSection(runs, attention).html(characters: room / 6)
    let (film, slides) = samples.overTime(characters: room - last.text.utf8.count - looks.text.utf8.count)
    let page: HTML = """
      \(.markup(Self.beginning))<html lang="en">
      \(PageHead.html(title: title, generator: program, runs: slides ? PageStyle.program : nil))
      <body>
      <a class="skip" href="#trained">Skip to the content</a>
      <header>
      <h1>\(title)</h1>
      <p class="faint">\(origin)</p>
      </header>
      <nav aria-label="Sections"><ul>
      \(links)</ul></nav>
      <main>
      \(notes)\(trained)\(last)\(film)\(looks)\(scores)\(curves)\(commands)</main>
      <footer><p class="faint">Made by \(program). This page holds all that it shows, and asks no network for anything.</p></footer>
      \(slides ? "<script>\(.markup(PageStyle.program))</script>\n" : .empty)</body>
      </html>

      """
    return page.text
  }

  private var title: String { runs.map(\.name).joined(separator: ", ") }

  private var origin: String {
    let presets = runs.map { $0.settings?.preset ?? "unknown preset" }
    let data = runs[0].settings?.values["data"].map { " on \($0)" } ?? ""
    return runs.count == 1 ? "A run of \(presets[0])\(data)" : "\(runs.count) runs: " + presets.joined(separator: ", ")
  }

  private static let sections = [
    ("trained", "What was trained"), ("final", "Final samples"), ("samples", "Samples over time"),
    ("attention", "Attention"), ("scores", "Scores"), ("curves", "Curves"), ("repeat", "Repeat it"),
  ]

  private var links: [HTML] {
    Self.sections.map { name, words in "<li><a href=\"#\(name)\">\(words)</a></li>\n" }
  }

  private var notes: HTML {
    let all = runs.flatMap { run in run.notes.map { runs.count > 1 ? "\(run.name): \($0)" : $0 } }
    guard !all.isEmpty else { return .empty }
    let items = all.prefix(100).map { note -> HTML in "<li>\(note)</li>\n" }
    return "<ul class=\"notes\" aria-label=\"What is missing or damaged\">\n\(items)</ul>\n"
  }
}
