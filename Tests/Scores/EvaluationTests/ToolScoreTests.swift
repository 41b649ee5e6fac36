import DataParallel
import Evaluation
import Foundation
import TestSupport
import Testing
import Threads

/// Scores of features as StyleGAN3's and guided-diffusion's programs define them, which do not run here: Tests/Fixtures/make_tool_scores.py
/// has their formulas in NumPy.
@Suite struct ToolScoreTests {
  /// A table whose rows are in another order than the files of another program; `order` leads from its positions to rows.
  private static func table(
    _ name: String, _ count: Int, scale: Double = 1, logits: String? = nil, order: [Int]
  ) -> FeatureTable {
    let (features, classes) = (5, logits == nil ? 0 : 7)
    let table = FeatureTable(
      BlockPlan(count: count), featureCount: features, logitCount: classes, labels: [], replicas: .alone())
    let numbers = HashedNumbers.uniform(name, count * features).map { Float(scale * $0) }
    let others = logits.map { HashedNumbers.uniform($0, count * classes).map { Float(4 * $0) } } ?? []
    table.write(0..<count) { rows, scores in
      for (position, row) in order.enumerated() {
        for place in 0..<features { rows[row * features + place] = numbers[position * features + place] }
        for place in 0..<classes { scores[row * classes + place] = others[position * classes + place] }
      }
    }
    return table
  }

  @Test(arguments: [ScoringTool.stylegan3, .adm]) func formulasAreThoseOfThePrograms(tool: ScoringTool) throws {
    var folder = URL(fileURLWithPath: #filePath)
    while folder.lastPathComponent != "Tests" { folder.deleteLastPathComponent() }
    let expected = try #require(
      try JSONDecoder().decode(
        [String: [String: Double]].self,
        from: Data(contentsOf: folder.appendingPathComponent("Fixtures/statistics/tools.json")))[tool.rawValue])
    // Steps without a common divisor with the count visit each row once.
    let orders = [6000, 500].map { count in (0..<count).map { ($0 * 7 + 3) % count } }
    var sides = Scoring.Sides(
      generated: Self.table("generated", 6000, scale: 1.25, logits: "logits", order: orders[0]),
      reference: Self.table("real", 500, order: orders[1]))
    (sides.generatedOrder, sides.referenceOrder) = (orders[0], orders[1])
    var request = ScoreRequest(tool.families, like: tool)
    (request.kernelSubsets, request.kernelSubsetSize) = (20, 100)
    let scores = Scoring(
      request: request, extractor: "inception", replicas: .alone(), pool: try WorkerPool(starting: 2)
    ) { _ in }.outcome(sides).scores
    #expect(Set(scores.map(\.name)) == Set(expected.keys))
    for score in scores {
      let value = try #require(expected[score.name])
      // NumPy's roundings of double precision, and those of the trace's root.
      #expect(abs(score.value - value) <= 1e-9 * abs(value), "\(score.name) \(score.value), expected \(value)")
    }
  }
}
