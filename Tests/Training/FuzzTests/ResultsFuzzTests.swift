import Files
import Foundation
import Scaling
import TestSupport
import Testing

/// Results of benchmarks, which others make and pass on.
@Suite struct ResultsFuzzTests {
  @Test func results() throws {
    var folder = URL(fileURLWithPath: #filePath)
    while folder.lastPathComponent != "Tests" { folder.deleteLastPathComponent() }
    let path = folder.deletingLastPathComponent().appendingPathComponent("docs/scaling/hosts-1gbit/results.json").path
    let out = try TemporaryDirectory()
    // Each input is a hundred thousand bytes.
    try Fuzzing.run(
      "results", damaging: [try InputFile.bytes(of: path)], isText: true, name: "results.json", share: 20
    ) { path in
      let results = try ScalingResults(path: path)
      try ScalingReport(results).write(to: out.path)
      let projection = try Projection(
        fit: path, judges: [path], memory: [path], nodes: [1, 8], ranksPerNode: 2,
        link: try #require(LinkRate("1gbit")),
        latency: 1e-6)
      #expect(!ProjectionReport(projection).text.isEmpty)
    }
  }
}
