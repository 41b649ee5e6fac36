import Foundation
import Statistics
import Tensors
import Testing
import Threads

@Suite("Fréchet distance") struct FrechetTests {
  private func distance(_ a: FeatureMatrix, _ b: FeatureMatrix) -> Double {
    FrechetDistance.between(Gaussian(a.moments()), Gaussian(b.moments()))
  }

  @Test("the golden vector")
  func golden() {
    // Published of numbers in double precision, and of the same rounded to single precision.
    #expect(difference(distance(Golden.x, Golden.y), 0.278091473607717) < 5e-8)
    #expect(difference(distance(Golden.x, Golden.y), 0.2780914766338073) < 1e-12)
  }

  @Test("the figures of other programs")
  func programs() throws {
    let fixture = try StatisticsFixture()
    let found = distance(fixture.generated, fixture.real)
    #expect(difference(found, fixture.numbers("frechet", "nuclear norm")[0]) < 1e-12)
    #expect(difference(found, fixture.numbers("frechet", "pytorch-fid")[0]) < 1e-12)
    // Its mean is in single precision.
    #expect(difference(found, fixture.numbers("frechet", "torch-fidelity")[0]) < 1e-6)
    let populations = [fixture.generated, fixture.real].map { Gaussian($0.moments(), divisor: .samples) }
    let population = FrechetDistance.between(populations[0], populations[1])
    #expect(difference(population, fixture.numbers("frechet", "divided by N")[0]) < 1e-11)
  }

  @Test("fewer samples than features: the exact value all the same")
  func singular() throws {
    let fixture = try StatisticsFixture()
    let (few, fewer) = (fixture.generated.selecting(Array(0..<20)), fixture.real.selecting(Array(0..<15)))
    let expected = fixture.numbers("frechet", "nuclear norm of 20 and 15")[0]
    #expect(difference(distance(few, fewer), expected) < 1e-11)
    #expect(difference(distance(fewer, few), expected) < 1e-11)
  }

  @Test("distributions whose distance is known: diagonal covariances, wide spectra, no variance at all")
  func known() throws {
    let d = 300
    let (a, b) = ((0..<d).map { pow(10, -Double($0) / 20) }, (0..<d).map { pow(10, -Double(d - 1 - $0) / 40) })
    func diagonal(_ variances: [Double], mean: Double) throws -> Gaussian {
      var covariance = [Double](repeating: 0, count: d * d)
      for i in 0..<d { covariance[i * d + i] = variances[i] }
      return try Gaussian(mean: [Double](repeating: mean, count: d), covariance: covariance)
    }
    let expected = zip(a, b).reduce(300 * 0.25) {
      $0 + ($1.0.squareRoot() - $1.1.squareRoot()) * ($1.0.squareRoot() - $1.1.squareRoot())
    }
    #expect(difference(FrechetDistance.between(try diagonal(a, mean: 0), try diagonal(b, mean: 0.5)), expected) < 1e-7)
    let zeros = [Double](repeating: 0, count: d)
    #expect(FrechetDistance.between(try diagonal(zeros, mean: 1), try diagonal(zeros, mean: 3)) == 1200)
    #expect(
      difference(FrechetDistance.between(try diagonal(zeros, mean: 1), try diagonal(a, mean: 1)), a.reduce(0, +))
        < 1e-14)
  }

  @Test("a distribution is at distance 0 from itself, exactly, singular or not; and never at a negative one")
  func zero() {
    for (rows, columns) in [(50, 20), (20, 50), (2, 5)] {
      let features = FeatureMatrix.normal(rows, columns, seed: 4)
      #expect(distance(features, features) == 0)
      let comparison = FrechetComparison(
        generated: FrechetSide(groups: features.groups()), real: FrechetSide(groups: features.groups()))
      #expect(comparison.value(of: .whole) == 0)
      // The same samples in another order: other bits of the same moments.
      let reversed = features.selecting(Array((0..<rows).reversed()))
      let found = distance(features, reversed)
      #expect(found >= 0 && found < 1e-10)
    }
  }

  @Test("constant features count by their means alone")
  func constant() {
    let a = FeatureMatrix(rows: 30, columns: 3) { _, j in [0.1, 0.2, 0.3][j] }
    let b = FeatureMatrix(rows: 40, columns: 3) { _, j in [0.1, 0.2, 1.3][j] }
    #expect(distance(a, a) == 0)
    #expect(difference(distance(a, b), 1) < 1e-6)
    // One that varies on one side only.
    let c = FeatureMatrix(rows: 40, columns: 3) { i, j in j == 1 ? Float(i % 2) : [0.1, 0, 0.3][j] }
    #expect(distance(a, c).isFinite)
  }

  @Test("values without a group of either side are those of the samples that are left; error and correction follow")
  func jackknife() throws {
    let fixture = try StatisticsFixture()
    let sides = [fixture.generated, fixture.real].map { FrechetSide(groups: $0.groups()) }
    let comparison = FrechetComparison(generated: sides[0], real: sides[1])
    let result = comparison.result(pool: one)
    let expected = fixture.numbers("frechet", "jackknife")
    #expect(difference(result.estimate.corrected ?? 0, expected[0]) < 1e-9)
    #expect(difference(result.estimate.standardError ?? 0, expected[1]) < 1e-10)
    #expect(difference(result.estimate.value, expected[2]) < 1e-12)
    // One of them by hand: without samples 10 ..< 20.
    let rest = fixture.generated.selecting(Array(0..<10) + Array(20..<200))
    #expect(difference(result.sides[0][1], distance(rest, fixture.real)) < 1e-11)
  }

  @Test("fewer samples than features: the values without a group are right as well")
  func singularJackknife() {
    let (a, b) = (FeatureMatrix.normal(30, 64, seed: 5), FeatureMatrix.normal(44, 64, seed: 6, shift: 0.2))
    let result = FrechetComparison(
      generated: FrechetSide(groups: a.groups(10)), real: FrechetSide(groups: b.groups(11))
    ).result(pool: one)
    #expect(difference(result.sides[0][9], distance(a.selecting(Array(0..<27)), b)) < 1e-11)
    #expect(difference(result.sides[1][10], distance(a, b.selecting(Array(0..<40)))) < 1e-11)
  }

  @Test("a reference of mean and covariance alone: groups of generated images are left out")
  func oneSide() throws {
    let fixture = try StatisticsFixture()
    let real = Gaussian(fixture.real.moments())
    let reference = FrechetSide(try Gaussian(mean: real.mean, covariance: real.covariance))
    let generated = FrechetSide(groups: fixture.generated.groups())
    let comparison = FrechetComparison(generated: generated, real: reference)
    #expect(comparison.jobs.count == 21)
    let result = comparison.result(pool: one)
    let both = FrechetComparison(generated: generated, real: FrechetSide(groups: fixture.real.groups())).result(
      pool: one)
    // Moments of groups are added in another order.
    #expect(difference(result.value, both.value) < 1e-12)
    #expect(result.sides[1].isEmpty)
    #expect(zip(result.sides[0], both.sides[0]).allSatisfy { difference($0, $1) < 1e-11 })
  }

  @Test("bits depend neither on threads nor on who computes which value")
  func threads() throws {
    let (a, b) = (FeatureMatrix.normal(700, 300, seed: 7), FeatureMatrix.normal(640, 300, seed: 8, shift: 0.1))
    let sides = [a, b].map { FrechetSide(groups: $0.groups(4)) }
    let comparison = FrechetComparison(generated: sides[0], real: sides[1])
    let expected = comparison.result(pool: one)
    #expect(comparison.result(pool: pool(of: 3)) == expected)
    // Two ranks, each of which has the groups of every second job alone.
    let shares = (0..<2).map { rank in
      let parts = [a, b].enumerated().map { side, features in
        let groups = features.groups(4)
        return FrechetSide(
          total: groups.sumAlongTree() ?? groups[0],
          groups: groups.enumerated().map { (1 + 4 * side + $0) % 2 == rank ? $1 : nil })
      }
      return FrechetComparison(generated: parts[0], real: parts[1])
    }
    let values = comparison.jobs.enumerated().map { shares[$0 % 2].value(of: $1) }
    #expect(comparison.result(of: values) == expected)
  }

  @Test("too few samples for a jackknife give a value without error")
  func few() {
    let (a, b) = (FeatureMatrix.normal(3, 4, seed: 9), FeatureMatrix.normal(2, 4, seed: 10))
    let estimate = FrechetComparison(
      generated: FrechetSide(groups: a.groups()), real: FrechetSide(groups: b.groups())
    ).result(pool: one).estimate
    #expect(estimate.value > 0 && estimate.value.isFinite)
    #expect(estimate.standardError?.isFinite ?? true)
  }
}
