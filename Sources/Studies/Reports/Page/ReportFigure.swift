/// A picture that another part of the program has made for a report.
package struct ReportFigure: Sendable {
  /// A PNG file.
  package let png: [UInt8]
  /// What is to be seen, for those who do not see it.
  package let alt: String
  /// What stands below.
  package let caption: String

  /// A figure.
  package init(png: [UInt8], alt: String, caption: String) {
    (self.png, self.alt, self.caption) = (png, alt, caption)
  }
}

/// Draws a run's attention; no figures where nothing can be drawn.
///
/// What it throws becomes a note in the page.
package typealias AttentionFigures = (RunRecord) throws -> [ReportFigure]
