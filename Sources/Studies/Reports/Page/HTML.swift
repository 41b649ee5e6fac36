internal import Files

/// A piece of a page.
///
/// What is put into it as text is escaped; only literals and other pieces are not.
///
///     let cell: HTML = "<td>\(name)</td>"
package struct HTML: ExpressibleByStringInterpolation, Sendable {
  /// What a browser reads.
  package private(set) var text: String

  /// Nothing.
  package static let empty: HTML = ""

  /// A literal, as it is.
  package init(stringLiteral value: String) { text = value }

  /// A literal with values in it.
  package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

  /// Collects literals and escaped values.
  package struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    /// Room for a text.
    package init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

    /// Adds a part of the literal, as it is.
    package mutating func appendLiteral(_ literal: String) { text += literal }

    /// Adds text, escaped.
    package mutating func appendInterpolation(_ words: String) { text += HTML.escaped(words) }

    /// Adds a number.
    package mutating func appendInterpolation(_ number: Int) { text += String(number) }

    /// Adds a piece, as it is.
    package mutating func appendInterpolation(_ piece: HTML) { text += piece.text }

    /// Adds pieces, as they are.
    package mutating func appendInterpolation(_ pieces: [HTML]) { for piece in pieces { text += piece.text } }
  }

  /// Adds a piece behind another.
  package static func += (piece: inout HTML, other: HTML) { piece.text += other.text }

  /// Text that was made for a page as it is: a picture, a style sheet.
  package static func markup(_ text: String) -> HTML {
    var result = HTML.empty
    result.text = text
    return result
  }

  /// Foreign text as a page or picture may hold it, in words and in attributes between double quotes.
  ///
  /// Characters that nobody sees, such as those that turn the direction of reading, are spelled out.
  static func escaped(_ words: String) -> String {
    let shown = words.shown
    guard shown.utf8.contains(where: { "&<>\"'".utf8.contains($0) }) else { return shown }
    var result = ""
    for character in shown.unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}

extension HTML {
  /// A table that scrolls by itself where it is wider than the screen.
  ///
  /// - Parameters:
  ///   - label: What it holds.
  ///   - head: The heads of its columns.
  ///   - rows: Rows, the first cell of each being its head.
  /// - Returns: The table.
  package static func table(_ label: String, head: [HTML], rows: [[HTML]]) -> HTML {
    let columns = head.map { cell -> HTML in "<th scope=\"col\">\(cell)</th>" }
    let lines = rows.map { row -> HTML in
      let cells = row.dropFirst().map { cell -> HTML in "<td>\(cell)</td>" }
      return "<tr><th scope=\"row\">\(row.first ?? .empty)</th>\(cells)</tr>\n"
    }
    return """
      <div class="scroll" role="region" tabindex="0" aria-label="\(label)">
      <table>
      <thead><tr>\(columns)</tr></thead>
      <tbody>
      \(lines)</tbody>
      </table>
      </div>

      """
  }

  /// A section of the page with a heading of the second rank.
  package static func section(_ identifier: String, _ title: String, _ content: HTML) -> HTML {
    """
    <section id="\(identifier)" aria-labelledby="\(identifier)-title">
    <h2 id="\(identifier)-title">\(title)</h2>
    \(content)</section>

    """
  }

  /// What is shown when somebody asks for it.
  package static func details(_ summary: String, _ content: HTML) -> HTML {
    "<details><summary>\(summary)</summary>\n\(content)</details>\n"
  }
}
