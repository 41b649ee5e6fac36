import Files
import Reports
import TestSupport
import Testing

@Suite struct RunMetricsTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private func metrics(_ text: String) throws -> RunMetrics {
    try folder.write("metrics.jsonl", text)
    return try RunMetrics(ofRun: folder.path)
  }

  @Test func curvesAreTheLines() throws {
    let metrics = try metrics(
      """
      {"step":1,"loss/generator":-0.25,"logit/real":1e-05,"time/seconds":3}
      {"step":2,"loss/generator":1.5E+2,"time/seconds":7}

      """)
    #expect(metrics.names == ["loss/generator", "logit/real", "time/seconds"])
    #expect(metrics.lines == 2 && metrics.lastStep == 2 && metrics.notes.isEmpty && metrics.seconds == 7)
    #expect(metrics["loss/generator"]?.points(atMost: 9).map(\.y) == [-0.25, 150])
    #expect(metrics["logit/real"]?.first?.y == 1e-05 && metrics["logit/real"]?.count == 1)
    #expect(metrics["diversity"] == nil)
  }

  /// Lines of other programs: spaces, escapes, another order, values of other kinds.
  @Test func otherLinesAreRead() throws {
    let metrics = try metrics(
      """
      { "b" : 2, "step" : 5, "a\\u0041" : 1.5, "text" : "x", "list" : [1], "none" : null }
      {"b":3,"step":6}\r
      {"aA":4,"step":7.0,"b":-0}

      """)
    #expect(metrics.lines == 3 && metrics.lastStep == 7)
    #expect(metrics["b"]?.points(atMost: 9).map(\.y) == [2, 3, 0])
    #expect(metrics["aA"]?.points(atMost: 9).map(\.x) == [5, 7])
    #expect(metrics["text"] == nil && metrics["none"]?.lost == 1)
  }

  @Test(arguments: [
    "nonsense", "{}", "[]", "{\"loss\":1}", "{\"step\":-1,\"loss\":2}", "{\"step\":1.5,\"loss\":2}",
    "{\"step\":2000000000,\"loss\":2}", "{\"step\":1,\"loss\":1.2.3}", "{\"step\":1,\"loss\":2", "{\"step\":1,,}",
    "{\"step\"}",
    "{\"", "\"", "{\"step\":1,\"loss\":0x10}", "{\"step\":null}",
  ])
  func aDamagedLineIsTold(line: String) throws {
    let metrics = try metrics("{\"step\":1,\"loss\":1}\n\(line)\n{\"step\":3,\"loss\":3}\n")
    #expect(metrics.lines == 2 && metrics["loss"]?.points(atMost: 9).map(\.x) == [1, 3])
    #expect(
      metrics.notes.count == 1 && metrics.notes[0].contains("1 damaged line") && metrics.notes[0].contains("line 2"))
  }

  /// A run that goes on is writing its last line.
  @Test func anUnfinishedLineIsNoDamage() throws {
    let metrics = try metrics("{\"step\":1,\"loss\":1}\n{\"step\":2,\"lo")
    #expect(metrics.lines == 1 && metrics.notes.isEmpty)
  }

  @Test func lostNumbersAreTold() throws {
    let metrics = try metrics("{\"step\":1,\"loss\":null}\n{\"step\":2,\"loss\":1}\n")
    #expect(metrics["loss"]?.count == 1 && metrics.notes.count == 1 && metrics.notes[0].contains("loss (1)"))
  }

  @Test func namesAreBounded() throws {
    let lines =
      (1...3000).map { "{\"step\":\($0),\"name\($0)\":1}\n" } + [
        "{\"step\":3001,\"\(String(repeating: "x", count: 300))\":1}\n"
      ]
    let metrics = try metrics(lines.joined())
    #expect(metrics.names.count == 2000 && metrics.lines == 3001)
    #expect(metrics.notes.count == 1 && metrics.notes[0].contains("1001 numbers left out"))
  }

  @Test func timesThatGoBackAreRestarts() throws {
    let metrics = try metrics(
      [(10, 4.0), (20, 8), (30, 2), (40, 5), (50, 1)].map { "{\"step\":\($0),\"time/seconds\":\($1)}\n" }.joined())
    #expect(metrics.resumedSteps == [20, 40] && metrics.seconds == 14)
    let starts = RunStart.all(ofRun: folder.path, metrics)
    #expect(starts.map(\.step) == [0, 20, 40] && RunStart.restarts(starts) == [20, 40])
  }

  @Test func aMissingFileIsAnError() {
    expectError(.missing, mentions: ["metrics.jsonl"]) { try RunMetrics(ofRun: folder.path) }
  }
}
