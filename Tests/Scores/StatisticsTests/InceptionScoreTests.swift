import Statistics
import Tensors
import Testing
import Threads

@Suite("Inception Score") struct InceptionScoreTests {
  private func score(_ logits: FeatureMatrix, _ cut: InceptionScore.Cut, order: [Int]? = nil, threads: Int = 1)
    -> InceptionScore
  {
    InceptionScore(
      of: logits.tensor, plan: InceptionScore.Plan(count: order?.count ?? logits.count, cut: cut), order: order,
      pool: pool(of: threads))
  }

  @Test("the golden vector")
  func golden() {
    let logits = FeatureMatrix(rows: 12, columns: 4) { 6 * Golden.x.tensor.base[$0 * 4 + $1] }
    let found = score(logits, .splits(3))
    #expect(difference(found.value, 1.40343302978929) < 1e-7)
    #expect(difference(found.deviation, 0.216435812973372) < 1e-7)
  }

  @Test("torch-fidelity's figures, shuffled and in order")
  func programs() throws {
    let fixture = try StatisticsFixture()
    let expected = fixture.numbers("inception", "torch-fidelity in order")
    let found = score(fixture.logits, .splits(10))
    #expect(difference(found.value, expected[0]) < 1e-13)
    #expect(difference(found.deviation, expected[1]) < 1e-12)
    let order = InceptionScore.torchFidelityOrder(count: 200)
    let shuffled = score(fixture.logits, .splits(10), order: order)
    let expectedShuffled = fixture.numbers("inception", "torch-fidelity")
    #expect(difference(shuffled.value, expectedShuffled[0]) < 1e-13)
    #expect(difference(shuffled.deviation, expectedShuffled[1]) < 1e-12)
    #expect(difference(score(fixture.logits, .splits(1)).value, fixture.numbers("inception", "one split")[0]) < 1e-13)
    #expect(
      difference(score(fixture.logits, .splits(7)).value, fixture.numbers("inception", "seven splits")[0]) < 1e-13)
  }

  @Test("other programs' cuts: a remainder that is dropped, splits of a fixed size, the other deviation")
  func cuts() throws {
    let logits = try StatisticsFixture().logits
    // 200 = 3 · 66 + 2.
    let first = score(logits.selecting(Array(0..<198)), .splits(3))
    #expect(difference(score(logits, .equalSplits(3)).value, first.value) < 1e-14)
    let chunks = score(logits, .chunks(of: 150))
    #expect(chunks.splits.count == 2)
    #expect(difference(chunks.splits[1], score(logits.selecting(Array(150..<200)), .splits(1)).value) < 1e-14)
    let plan = InceptionScore.Plan(count: 200, cut: .splits(10))
    let sample = InceptionScore(of: logits.tensor, plan: plan, sampleDeviation: true, pool: one)
    let population = score(logits, .splits(10)).deviation
    #expect(difference(sample.deviation * 3, population * 10.0.squareRoot()) < 1e-12)
  }

  @Test("bits depend neither on threads nor on who sums which cell")
  func threads() throws {
    let logits = FeatureMatrix.normal(3000, 12, seed: 1, scale: { _ in 2 })
    #expect(score(logits, .splits(2), threads: 3) == score(logits, .splits(2)))
    let plan = InceptionScore.Plan(count: 3000, cut: .splits(2))
    var sums: [PredictionSums] = []
    for cell in plan.cells.reversed() {
      let mine = PredictionSums(of: logits.tensor[rows: cell], rows: 0..<cell.count)
      sums.insert(try PredictionSums(decoding: mine.encoded, classes: 12), at: 0)
    }
    #expect(InceptionScore(of: sums, plan: plan) == score(logits, .splits(2)))
  }

  @Test("certain predictions of all classes score their number; extreme logits give no NaN")
  func extremes() {
    let certain = FeatureMatrix(rows: 40, columns: 8) { $0 % 8 == $1 ? 3e38 : -3e38 }
    #expect(difference(score(certain, .splits(1)).value, 8) < 1e-14)
    #expect(score(certain, .splits(5)).deviation < 1e-14)
    let equal = FeatureMatrix(rows: 40, columns: 8) { _, _ in 1 }
    #expect(difference(score(equal, .splits(10)).value, 1) < 1e-14)
    #expect(!PredictionSums(of: FeatureMatrix(rows: 1, columns: 2) { _, _ in .nan }.tensor, rows: 0..<1).isFinite)
  }

  @Test("fewer samples than splits")
  func few() {
    let logits = FeatureMatrix.normal(3, 4, seed: 2)
    let found = score(logits, .splits(10))
    #expect(found.splits == [1, 1, 1])
    #expect(found.leaveOneOut.estimate.standardError == nil)
  }

  @Test("the jackknife removes the bias of few samples, and its error is the error")
  func jackknife() {
    // With infinitely many samples; the score of splits of few is biased upwards.
    let population = FeatureMatrix.normal(100_000, 20, seed: 3, scale: { _ in 1.5 })
    let truth = score(population, .splits(1)).value
    var (plain, corrected, errors) = ([Double](), [Double](), [Double]())
    for repetition in 0..<40 {
      let sample = FeatureMatrix.normal(400, 20, seed: UInt64(10 + repetition), scale: { _ in 1.5 })
      let estimate = score(sample, .splits(4)).leaveOneOut.estimate
      plain.append(estimate.value)
      corrected.append(estimate.corrected ?? .nan)
      errors.append(estimate.standardError ?? .nan)
    }
    let mean = corrected.reduce(0, +) / 40
    let spread = (corrected.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 39).squareRoot()
    #expect(abs(mean - truth) < 3.5 * spread / 40.0.squareRoot())
    #expect(abs(plain.reduce(0, +) / 40 - truth) > 6 * spread / 40.0.squareRoot())
    #expect(abs(errors.reduce(0, +) / 40 / spread - 1) < 0.35)
  }
}
