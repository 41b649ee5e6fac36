import Benchmarks
import Configuration
import Experiments
import Files
import Foundation
import Scaling
import Testing

/// Plans for clusters, from a step that is made up.
@Suite struct ClusterPlanTests {
  @Test(arguments: [
    ([1, 2, 4, 8], 1, 64, [1, 8, 8]), ([1, 2, 4, 8], 4, 64, [4, 2, 32]), ([1, 2, 4, 8], 16, 64, [8, 1, 64]),
    ([1, 2, 4], 3, 2, [2, 2, 1]), ([1, 2, 4, 8], 1, 4, [1, 4, 1]), ([1], 5, 7, [1, 1, 7]),
  ]) func ranksFillNodesEvenly(allowed: [Int], nodes: Int, cores: Int, expected: [Int]) {
    let layout = RankLayout(allowed: allowed, nodes: nodes, cores: cores)
    #expect([layout.nodes, layout.ranksPerNode, layout.threads] == expected)
    #expect(layout.ranksPerNode * layout.threads <= cores)
  }

  /// A step of two images that takes a second for 100·10⁹ operations, of which threads share nine tenths.
  private static func system(preset: String, seconds: (Double, Double) = (1, 0.55)) throws -> MeasuredSystem {
    func record(_ threads: Int, _ seconds: Double) -> String {
      """
      {"preset":"\(preset)","resolution":128,"image_channels":3,"width":64,"classes":1000,"batch":2,"generator_batch":2,\
      "discriminator_updates":1,"shards":1,"conv":"fast","ranks":1,"threads":\(threads),"independent":false,"overlap":"none",\
      "placements":[],"steps":1,"images_per_second_median":2,"images_per_second_best":2,"seconds_median":\(seconds),\
      "seconds_best":\(seconds),"step_seconds":[\(seconds)],"sum_seconds":[],"phases":{},\
      "gradients":[{"bytes":100000000,"sums":1,"parts":[]}],"small_sum_bytes":[],"gflop":100,"effective_gflops":100,\
      "sgemm_gflops":100,"share_of_sgemm":1,"copy_gbps":10,"gigabytes":1,"floor_sgemm_seconds":1,"floor_copy_seconds":1,\
      "peak_mebibytes":1,"generator_parameters":1,"discriminator_parameters":1,"program":"0.1.0","instruction_set":"x"}
      """
    }
    let text = "{\"one\":\(record(1, seconds.0)),\"two\":\(record(2, seconds.1))}"
    return try JSONText.decode(MeasuredSystem.self, from: Array(text.utf8))
  }

  private static func plan(nodes: [Int], seconds: (Double, Double) = (1, 0.55)) throws -> (
    plan: ClusterPlan, request: ClusterRequest
  ) {
    let catalogue = ExperimentCatalogue(
      scale: .paper, data: try ExperimentData("folder:data/imagenet", at: .paper), photographs: nil)
    let runs = try RunPlan(catalogue.tables([.table2]), seeds: 1)
    let measured = try Dictionary(
      uniqueKeysWithValues: ["acgan128", "sngan-projection128", "sagan128"].map {
        ($0, try system(preset: $0, seconds: seconds))
      })
    var folder = URL(fileURLWithPath: #filePath)
    repeat { folder.deleteLastPathComponent() } while folder.lastPathComponent != "Tests"
    let fit = folder.deletingLastPathComponent().path + "/docs/scaling/hosts-unlimited"
    let request = ClusterRequest(
      nodes: nodes, coresPerNode: 64, link: try #require(LinkRate("25gbit")), latency: 2e-6, fit: fit)
    return (try ClusterPlan(runs, on: request, measured, classes: 1000, channels: 3), request)
  }

  @Test func ranksAreThoseThatShardsAllow() throws {
    let (plan, _) = try Self.plan(nodes: [1, 4, 16])
    func rows(_ nodes: Int, _ isOther: Bool) -> [ClusterPlan.Row] {
      plan.rows.filter { $0.nodes == nodes && $0.isOther == isOther }
    }
    #expect(rows(1, false).map(\.shards) == [4, 4, 8] && rows(1, false).map(\.layout.ranks) == [4, 4, 8])
    #expect(rows(16, false).map(\.layout.ranks) == [4, 4, 8] && rows(16, false).map(\.layout.nodes) == [4, 4, 8])
    // SNGAN's batch of 64 leaves 16 shards of four images, SAGAN's of 256 leaves 64.
    #expect(rows(16, true).map(\.shards) == [16, 16, 64] && rows(16, true).map(\.layout.ranks) == [16, 16, 64])
    for (few, many) in zip(rows(1, true), rows(16, true)) { #expect(few.days > many.days) }
    #expect(plan.rows.filter { $0.layout.nodes == 1 }.allSatisfy { $0.linkBytes == 0 })
    #expect(plan.rows.filter { $0.layout.nodes > 1 }.allSatisfy { $0.linkBytes > 0 })
  }

  @Test func threadsShareWhatTwoWereSeenToShare() throws {
    // Eight threads of each rank take a tenth and an eighth of nine tenths of the time; ones that share nothing take all of it.
    let shared = try #require(try Self.plan(nodes: [1]).plan.rows.first { $0.label == "SAGAN" && !$0.isOther })
    let alone = try #require(
      try Self.plan(nodes: [1], seconds: (1, 1)).plan.rows.first { $0.label == "SAGAN" && !$0.isOther })
    #expect(shared.layout.threads == 8)
    // What sums take is the same for both, and small beside minutes.
    let ratio = shared.secondsOfStep / alone.secondsOfStep
    #expect(abs(ratio - (0.1 + 0.9 / 8)) < 0.01, "\(ratio)")
    #expect(abs(shared.days - shared.secondsOfStep * 1e6 / 86400) < 1e-9)
  }

  @Test func thePlanIsPrinted() throws {
    let (plan, request) = try Self.plan(nodes: [1, 16])
    let text = ClusterPlanText(plan, on: request, seeds: 1, resolution: 128).text
    #expect(text.contains("### 1 node") && text.contains("### 16 nodes"), "\(text)")
    #expect(text.contains("SAGAN, another computation: more shards, batch norm over all of them"))
    #expect(text.contains("Worked out, not measured there") && text.contains("63 GB"), "\(text)")
  }

  @Test func aBatchFileIsAJobArray() {
    let text = BatchFile(
      ["experiment", "run", "all", "--out", "it's here"], runs: 27,
      layout: RankLayout(allowed: [1, 2], nodes: 1, cores: 4)
    ).text
    for line in [
      "#SBATCH --array=1-27", "#SBATCH --account=ACCOUNT ", "#SBATCH --nodes=1", "#SBATCH --ntasks-per-node=2 ",
      "#SBATCH --cpus-per-task=2 ", "experiment=(experiment run all --out 'it'\\''s here')",
    ] {
      #expect(text.contains("\n" + line), "\(line) in \(text)")
    }
    #expect(text.contains("--only \"$SLURM_ARRAY_TASK_ID\""))
  }
}
