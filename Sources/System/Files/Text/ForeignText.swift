/// Text that somebody else wrote: names of files and classes, and what a received file says.
///
/// A terminal obeys some characters, and others make a line read as what it is not. This is the one place that decides
/// which those are.
extension String {
  /// The text on one line, as it may be printed: what is no visible character or space is spelled out, as in `\u{1B}`.
  ///
  /// Of a text that is longer than any line the beginning has to do.
  package var shown: String {
    let limit = 1 << 14
    guard utf8.count > limit else { return escaped { $0.isHidden } }
    return String(prefix(limit)).escaped { $0.isHidden } + "… (\(utf8.count) bytes)"
  }

  /// Lines of text as they may be printed: as `shown`, but for the line ends.
  package var shownLines: String { escaped { $0.isHidden && $0 != "\n" } }

  private func escaped(_ isEscaped: (Unicode.Scalar) -> Bool) -> String {
    guard unicodeScalars.contains(where: isEscaped) else { return self }
    var result = UnicodeScalarView()
    for scalar in unicodeScalars {
      if isEscaped(scalar) {
        result.append(contentsOf: scalar.escaped(asASCII: true).unicodeScalars)
      } else {
        result.append(scalar)
      }
    }
    return String(result)
  }
}

extension Unicode.Scalar {
  /// Whether a reader does not see the character as such.
  ///
  /// It controls a terminal, ends a line, turns the direction of reading, or has no width. Letters, marks on them and
  /// spaces of any script do none of this.
  package var isHidden: Bool {
    if isASCII { return value < 0x20 || value == 0x7F }
    return switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    // Tags and selectors of variants, fillers and the like.
    default: properties.isDefaultIgnorableCodePoint
    }
  }
}
