import Statistics
import Tensors
import Testing
import Threads

@Suite("Kernel distance") struct KernelDistanceTests {
  @Test("all against all, and without each group: float64's figures")
  func all() throws {
    let fixture = try StatisticsFixture()
    let found = PairScores(
      generated: fixture.generated.tensor, real: fixture.real.tensor, center: fixture.real.mean, pool: one
    ).kernelDistance
    #expect(difference(found?.value ?? 0, fixture.numbers("kernel", "all")[0]) < 1e-5)
    let jackknife = fixture.numbers("kernel", "jackknife")
    #expect(difference(found?.estimate.standardError ?? 0, jackknife[1]) < 1e-5)
    #expect(found?.estimate.corrected == nil)
  }

  @Test("subsets of torch-fidelity and clean-fid")
  func subsets() throws {
    let fixture = try StatisticsFixture()
    func found(_ plan: KernelSubsets.Plan, threads: Int = 1) -> KernelSubsets {
      KernelSubsets(
        generated: fixture.generated.tensor, real: fixture.real.tensor, plan: plan, pool: pool(of: threads))
    }
    let plan = KernelSubsets.Plan.torchFidelity(generated: 200, real: 150, subsets: 10, size: 100)
    let expected = fixture.numbers("kernel", "torch-fidelity")
    // Its products are in single precision.
    #expect(difference(found(plan).value, expected[0]) < 1e-5)
    #expect(difference(found(plan).deviation, expected[1]) < 1e-5)
    #expect(found(plan, threads: 3) == found(plan))
    let clean = KernelSubsets.Plan.cleanFID(generated: 200, real: 150, subsets: 10, size: 100, seed: 7)
    #expect(difference(found(clean).value, fixture.numbers("kernel", "clean-fid")[0]) < 1e-11)
    #expect(KernelSubsets.Plan.cleanFID(generated: 40, real: 30, seed: 1).subsets[0].real.count == 30)
  }

  @Test("a subset of everything is all against all")
  func everything() throws {
    let fixture = try StatisticsFixture()
    let plan = KernelSubsets.Plan(generated: Array(0..<200), real: Array((0..<150).reversed()))
    let found = KernelSubsets(generated: fixture.generated.tensor, real: fixture.real.tensor, plan: plan, pool: one)
    #expect(difference(found.value, fixture.numbers("kernel", "all")[0]) < 1e-11)
  }

  @Test("sets of one distribution are at distance 0 within their errors, and the sign is kept")
  func unbiased() {
    var (distances, negative) = ([Double](), 0)
    for seed in 0..<12 {
      let (a, b) = (
        FeatureMatrix.normal(120, 8, seed: UInt64(50 + seed)), FeatureMatrix.normal(100, 8, seed: UInt64(80 + seed))
      )
      let estimate =
        PairScores(generated: a.tensor, real: b.tensor, center: b.mean, pool: one).kernelDistance?.estimate
        ?? Estimate(.nan)
      distances.append(estimate.value / (estimate.standardError ?? .nan))
      negative += estimate.value < 0 ? 1 : 0
    }
    #expect(distances.allSatisfy { abs($0) < 5 })
    #expect(negative > 0)
  }
}
