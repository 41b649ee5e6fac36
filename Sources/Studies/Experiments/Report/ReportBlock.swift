internal import Reports

/// A part of a report, which can be Markdown or a page.
enum ReportBlock {
  case heading(level: Int, String)
  case paragraph(String)
  case list([String])
  case table(label: String, head: [String], rows: [[String]])
  /// Charts side by side, each with the name of its file and what it shows in words.
  case charts([(file: String, chart: LineChart, words: String)])
  /// Pictures side by side, where there is room.
  case pictures([Picture])
  case commands([String])

  /// A picture that others have drawn.
  struct Picture {
    /// The name of its file.
    let file: String
    /// The bytes of a PNG file.
    let png: [UInt8]
    /// What is to be seen, and what stands below.
    let alt: String, caption: String
  }
}
