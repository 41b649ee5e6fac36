internal import Files

/// A report in Markdown; pictures are files beside it.
enum MarkdownReport {
  /// The text.
  static func text(_ blocks: [ReportBlock]) -> String { blocks.map(text).joined(separator: "\n\n") + "\n" }

  private static func text(_ block: ReportBlock) -> String {
    switch block {
    case .heading(let level, let words): String(repeating: "#", count: level) + " " + words.inMarkdown
    case .paragraph(let words): words.inMarkdown
    case .list(let items): items.map { "- " + $0.inMarkdown }.joined(separator: "\n")
    case .table(_, let head, let rows):
      ([head] + [head.map { _ in "---" }] + rows).enumerated().map { index, row in
        "| " + row.map { index == 1 ? $0 : $0.inMarkdown }.joined(separator: " | ") + " |"
      }.joined(separator: "\n")
    case .charts(let charts): charts.map { "![\($0.words.inMarkdown)](\($0.file))" }.joined(separator: "\n")
    case .pictures(let pictures):
      pictures.map { "![\($0.alt.inMarkdown)](\($0.file))\n\n*\($0.caption.inMarkdown)*" }.joined(separator: "\n\n")
    case .commands(let lines): lines.map { "    " + $0.shown }.joined(separator: "\n")
    }
  }
}

extension String {
  /// Words of a Markdown document: nothing in them ends a line or a cell, or is markup.
  var inMarkdown: String {
    var result = ""
    for character in shown {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case "|", "*", "_", "`", "[", "]", "\\", "#": result += "\\" + String(character)
      default: result.append(character)
      }
    }
    return result
  }
}
