import Scaling
import Testing

/// Which runs a scaling benchmark makes.
@Suite struct ScalingPlanTests {
  private func plan(_ mode: ScalingPlan.Mode, _ ranks: [Int], batch: Int) throws -> ScalingPlan {
    try ScalingPlan(
      preset: "tiny", mode: mode, ranks: ranks, batch: batch, threads: 2, steps: 3, rounds: 1, settings: ["width=8"],
      link: nil)
  }

  private func value(_ option: String, _ arguments: [String]) -> String? {
    arguments.firstIndex(of: option).map { arguments[$0 + 1] }
  }

  @Test(arguments: [(ScalingPlan.Mode.weak, "32", "4"), (.strong, "8", "4")])
  func fourRanksShareABatch(mode: ScalingPlan.Mode, images: String, shards: String) throws {
    let arguments = try plan(mode, [4, 1, 2], batch: 8).arguments(ranks: 4, kind: .usual, overlap: nil)
    #expect(value("--batch", arguments) == images && value("--shards", arguments) == shards)
    #expect(value("--set", arguments) == "width=8" && value("--threads", arguments) == "2")
    #expect(!arguments.contains("--independent") && value("--overlap", arguments) == nil)
  }

  @Test(arguments: [(ScalingPlan.Mode.weak, "8", "1"), (.strong, "4", "2")])
  func aRankOnItsOwnHasItsPart(mode: ScalingPlan.Mode, images: String, shards: String) throws {
    let arguments = try plan(mode, [1, 2, 4], batch: 8).arguments(ranks: 2, kind: .independent, overlap: nil)
    #expect(value("--batch", arguments) == images && value("--shards", arguments) == shards)
    #expect(arguments.contains("--independent"))
  }

  @Test func ranksThatCannotShareABatchAreNamed() {
    for (ranks, batch) in [([1, 2, 4], 6), ([2, 3], 12), ([1, 2, 6], 6)] {
      let fault = #expect(throws: ScalingError.self) { try plan(.strong, ranks, batch: batch) }
      #expect(fault?.exitCode == 78 && fault?.description.contains("ranks can share in") == true)
    }
  }
}
