import Experiments
import Files
import Testing

/// When an experiment will have ended, before it has made a step.
@Suite struct RunForecastTests {
  private static func plan() throws -> RunPlan {
    let catalogue = ExperimentCatalogue(
      scale: .small, data: try ExperimentData(nil, at: .small), photographs: nil, extractor: "classifier", changes: [])
    return try RunPlan(try catalogue.tables([.table2]), seeds: 2)
  }

  /// A record of 3,600 seconds.
  private static func record(ranks: String = "2", threads: String = "1") throws -> FinishedRun {
    let text = Records.text(key: "sagan32-abc").replacing(
      "\"ranks\":2,\"threads\":1", with: "\"ranks\":\(ranks),\"threads\":\(threads)")
    return try JSONText.decode(FinishedRun.self, from: Array(text.utf8))
  }

  @Test(
    "a run like one that is finished takes as long, on as many processors",
    arguments: [(1, 7200.0), (2, 3600), (4, 1800)])
  func finishedRuns(processors: Int, seconds: Double) throws {
    let plan = try Self.plan()
    let run = try #require(plan.runs.first)
    let again = try #require(plan.runs.first { $0.key == run.key && $0.seed == 1 })
    var forecast = RunForecast(processors: processors)
    forecast.knows(run, try Self.record())
    forecast.begin(again, then: [])
    #expect(abs(forecast.secondsLeft / seconds - 1) < 1e-9)
    forecast.begin(again, then: [again, again])
    #expect(abs(forecast.secondsLeft / seconds - 3) < 1e-9)
  }

  @Test func aRecordFromOutsideMayClaimAnyNumberOfProcessors() throws {
    let run = try #require(try Self.plan().runs.first)
    var forecast = RunForecast(processors: 1)
    forecast.knows(run, try Self.record(ranks: "1000000000000", threads: "1000000000000"))
    forecast.begin(run, then: [])
    #expect(forecast.secondsLeft.isFinite && forecast.secondsLeft > 1e9)
  }
}
