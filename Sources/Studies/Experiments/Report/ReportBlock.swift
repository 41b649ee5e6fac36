internal import Reports

/// A part of a report, which can be Markdown or a page.
enum ReportBlock {
  case heading(level: Int, String)
  case paragraph(String)
  case list([String])
  case table(label: String, head: [String], rows: [[String]])
  /// Charts side by side, each with the name of its file and what it shows in words.
  case charts([(file: String, chart: LineChart, words: String)])
  /// A picture: the name of its file, the bytes of a PNG file, what is to be seen, and what stands below.
  case picture(file: String, png: [UInt8], alt: String, caption: String)
  case commands([String])
}
