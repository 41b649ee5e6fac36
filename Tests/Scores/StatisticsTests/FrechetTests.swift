import BLAS
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
    let (a, b) = ((0..<d).map { pow10(-Double($0) / 20) }, (0..<d).map { pow10(-Double(d - 1 - $0) / 40) })
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

  private func pow10(_ x: Double) -> Double {
    // Tenth roots by halves would round differently; a table of powers of 10^(1/40) serves.
    var (result, factor) = (1.0, 1.0592537251772889)
    var exponent = Int((abs(x) * 40).rounded())
    while exponent > 0 {
      if exponent & 1 == 1 { result *= factor }
      factor *= factor
      exponent >>= 1
    }
    return x < 0 ? 1 / result : result
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
    let values = comparison.jobs.reversed().map { comparison.value(of: $0) }
    #expect(comparison.result(of: values.reversed()) == expected)
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

@Suite("Bias of the Fréchet distance") struct FrechetBiasTests {
  private let d = 16
  private func scale(_ j: Int) -> Double { 1 / Double(1 + j % 5) }

  /// The distance of two normal distributions that differ by 0.3 in each mean.
  private var truth: Double { Double(d) * 0.09 }

  @Test("the constant predicts the bias, the jackknife removes it, and its error is the error")
  func simulation() {
    let (count, repetitions) = (200, 60)
    var (plain, corrected, errors) = ([Double](), [Double](), [Double]())
    for repetition in 0..<repetitions {
      let seed = UInt64(100 + 2 * repetition)
      let a = FeatureMatrix.normal(count, d, seed: seed, scale: scale)
      let b = FeatureMatrix.normal(2 * count, d, seed: seed + 1, shift: 0.3, scale: scale)
      let estimate = FrechetComparison(
        generated: FrechetSide(groups: a.groups()), real: FrechetSide(groups: b.groups())
      ).result(pool: one).estimate
      plain.append(estimate.value)
      corrected.append(estimate.corrected ?? .nan)
      errors.append(estimate.standardError ?? .nan)
    }
    let n = Double(repetitions)
    let (meanPlain, meanCorrected) = (plain.reduce(0, +) / n, corrected.reduce(0, +) / n)
    let spread = (corrected.reduce(0) { $0 + ($1 - meanCorrected) * ($1 - meanCorrected) } / (n - 1)).squareRoot()
    var covariance = [Double](repeating: 0, count: d * d)
    for j in 0..<d { covariance[j * d + j] = scale(j) * scale(j) }
    guard let gaussian = try? Gaussian(mean: [Double](repeating: 0, count: d), covariance: covariance) else {
      return #expect(Bool(false))
    }
    let constant = FrechetBias.constant(of: gaussian)
    let bias = FrechetBias.expected(constant: constant, counts: [count, 2 * count])
    // 60 repetitions know a mean to spread/√60, and a spread to a tenth.
    #expect(abs(meanPlain - truth - bias) < 3 * spread / n.squareRoot() + 0.1 * bias)
    #expect(abs(meanCorrected - truth) < 3 * spread / n.squareRoot())
    #expect(meanPlain - truth > 4 * spread / n.squareRoot())
    #expect(abs(errors.reduce(0, +) / n / spread - 1) < 0.3)
  }

  @Test("the constant of equal variances: d·v of the means and ½·v·d(d + 1)/2 of the traces")
  func constant() throws {
    let gaussian = try Gaussian(mean: [0, 0, 0], covariance: [2, 0, 0, 0, 2, 0, 0, 0, 2])
    #expect(difference(FrechetBias.constant(of: gaussian), 6 + 0.5 * 2 * 6) < 1e-14)
  }

  @Test("FID∞ is the value at 0 of a line in 1/N")
  func extrapolation() {
    let counts = [100, 200, 400, 800]
    let found = FrechetExtrapolation.value(counts: counts, distances: counts.map { 3 + 50 / Double($0) })
    #expect(difference(found ?? 0, 3) < 1e-12)
    #expect(FrechetExtrapolation.value(counts: [5, 5], distances: [1, 2]) == nil)
    #expect(FrechetExtrapolation.prefixes(of: 20).count == 15)
    #expect(FrechetExtrapolation.prefixes(of: 20).first == 2 && FrechetExtrapolation.prefixes(of: 20).last == 20)
    #expect(FrechetExtrapolation.prefixes(of: 1) == [1])
    #expect(FrechetExtrapolation.prefixes(of: 3) == [1, 2, 3])
  }

  @Test("the distance of the first groups is that of their samples")
  func prefixes() {
    let (a, b) = (FeatureMatrix.normal(100, 8, seed: 11), FeatureMatrix.normal(90, 8, seed: 12, shift: 0.2))
    let found = FrechetExtrapolation.distance(ofFirst: 3, of: a.groups(10), from: FrechetSide(groups: b.groups()))
    let some = a.selecting(Array(0..<30))
    let expected = FrechetDistance.between(Gaussian(some.moments()), Gaussian(b.moments()))
    #expect(difference(found, expected) < 1e-11)
  }
}
