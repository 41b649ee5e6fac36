import Reports
import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Pictures as readers of SVG find them.
@Suite struct ChartTests {
  /// The elements of a picture with their attributes, and all its words.
  private final class Elements: NSObject, XMLParserDelegate {
    var found: [(name: String, attributes: [String: String])] = []
    var words: [String] = []

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      found.append((name, attributes))
      words.append("")
    }

    func parser(_ parser: XMLParser, foundCharacters characters: String) {
      words[words.count - 1] += characters.trimmingCharacters(in: .newlines)
    }
  }

  private func elements(_ svg: String) throws -> Elements {
    let parser = XMLParser(data: Data(svg.utf8))
    let result = Elements()
    parser.delegate = result
    try #require(parser.parse(), "not XML: \(svg)")
    return result
  }

  private func numbers(_ points: String?) -> [[Double]] {
    (points ?? "").split(separator: " ").map { $0.split(separator: ",").compactMap { Double($0) } }
  }

  @Test func curvesGoThroughTheirNumbers() throws {
    let chart = LineChart(
      title: "a < b & c", x: ("ranks", .logarithmic, [1, 2, 4]), y: ("rate", .linear),
      curves: [.init("measured", [(1, 10), (2, 20), (4, 40)]), .init("ideal", [(1, 10), (4, 40)], isGuide: true)])
    let picture = try elements(chart.svg)
    #expect(picture.words.contains("a < b & c") && picture.words.contains("measured"))
    let curves = picture.found.filter { $0.name == "polyline" }.map { numbers($0.attributes["points"]) }
    try #require(curves.map(\.count) == [3, 2])
    // Ranks lie by their logarithm, and these rates on a straight line of the other axis.
    let (x, y) = (curves[0].map { $0[0] }, curves[0].map { $0[1] })
    #expect(abs((x[1] - x[0]) - (x[2] - x[1])) < 0.1)
    #expect(abs(2 * (y[0] - y[1]) - (y[1] - y[2])) < 0.1 && y[2] < y[0])
    // The ideal ends where the measurement does, without dots of its own.
    #expect(curves[1][1] == curves[0][2])
    #expect(picture.found.filter { $0.name == "circle" }.count == 3)
    // The mark of 40 stands at the height of the point of 40.
    let mark = try #require(
      zip(picture.found, picture.words).first { $1 == "40" && $0.attributes["text-anchor"] == "end" })
    let height = try #require(Double(mark.0.attributes["y"] ?? ""))
    #expect(abs(height - 4 - y[2]) < 0.1)
  }

  @Test func bytesHaveBinaryMarks() throws {
    let chart = LineChart(
      title: "sums", x: ("bytes", .bytes, nil), y: ("GB/s", .logarithmic),
      curves: [.init("2 ranks", [(4, 0.001), (1024, 0.5), (33_554_432, 3)])])
    let words = try elements(chart.svg).words
    for mark in ["16", "256", "4 Ki", "64 Ki", "1 Mi", "16 Mi", "0.01", "10"] {
      #expect(words.contains(mark), "\(mark)")
    }
  }

  @Test func partsOfABarAddUp() throws {
    let chart = BarChart(
      title: "phases", xTitle: "ranks", yTitle: "seconds", names: ["forward", "backward"],
      bars: [.init("1", [1, 3]), .init("2", [2, 0])])
    let picture = try elements(chart.svg)
    // Behind the background: bars, and then the legend's squares.
    let heights = picture.found.filter { $0.name == "rect" && $0.attributes["fill"] != "white" }
      .compactMap { Double($0.attributes["height"] ?? "") }
    try #require(heights.count == 5, "a part of nothing is not drawn")
    #expect(abs(heights[1] - 3 * heights[0]) < 0.1 && abs(heights[2] - 2 * heights[0]) < 0.1)
  }

  @Test func nothingToShowIsStillAPicture() throws {
    let empty = LineChart(title: "t", x: ("x", .logarithmic, nil), y: ("y", .linear), curves: [.init("none", [])])
    _ = try elements(empty.svg)
    _ = try elements(BarChart(title: "t", xTitle: "x", yTitle: "y", names: [], bars: []).svg)
  }
}
