import Statistics
import Testing

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
