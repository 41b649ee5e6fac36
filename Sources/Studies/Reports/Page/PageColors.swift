/// The colours of a page, in a bright and in a dark scheme.
///
/// Words and curves have a contrast of at least 4.5 to what is behind them (WCAG 2.2, 1.4.3), more than the 3 that pictures need
/// (1.4.11).
struct PageColors: Sendable {
  let background, panel, text, faint, grid, accent, event: String
  /// The colours of curves, in turn.
  let curves: [String]

  static let bright = PageColors(
    background: "#ffffff", panel: "#f3f5f8", text: "#1a1f26", faint: "#535d69", grid: "#dce1e7", accent: "#0a5cab",
    event: "#6a2f1b", curves: ["#0a5fb0", "#b03c08", "#0a6e52", "#8a3792", "#735500", "#3c4651"])

  static let dark = PageColors(
    background: "#11151a", panel: "#1a2028", text: "#e7ebf0", faint: "#a0acb9", grid: "#2c3540", accent: "#7ab8f5",
    event: "#f0b9a4", curves: ["#6fb4f3", "#ff9e5e", "#50d2a6", "#da9de1", "#e4c151", "#c5ced8"])

  /// The names of the curves' colours are counted by these.
  static var curves: [String] { bright.curves }

  /// Declarations of a style sheet.
  var declarations: String {
    let named = [
      ("background", background), ("panel", panel), ("text", text), ("faint", faint), ("grid", grid),
      ("accent", accent), ("event", event),
    ]
    return (named.map { "--\($0): \($1);" } + curves.enumerated().map { "--curve\($0): \($1);" })
      .joined(separator: " ")
  }
}
