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
    #expect(difference(sample.deviation * sample.deviation * 9, chunksOfTen(logits) * 10) < 1e-12)
  }

  private func chunksOfTen(_ logits: FeatureMatrix) -> Double {
    let deviation = score(logits, .splits(10)).deviation
    return deviation * deviation
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

@Suite("NumPy's legacy random numbers") struct MersenneTwisterTests {
  @Test("permutations and choices are NumPy's")
  func numpy() throws {
    let fixture = try StatisticsFixture()
    var random = MersenneTwister(seed: 2020)
    func expect(_ found: [Int], _ key: String) { #expect(found.map(Double.init) == fixture.numbers("numpy", key)) }
    expect(random.permutation(10), "permutation of 10")
    expect(random.choice(1000, 5), "then 5 of 1000")
    expect(Array(random.permutation(70000).prefix(4)), "then the first 4 of a permutation of 70000")
    expect(random.permutation(3), "then the next permutation of 3")
    var largest = MersenneTwister(seed: .max)
    expect(largest.permutation(12), "seed 4294967295, permutation of 12")
    #expect(random.permutation(1) == [0] && random.permutation(0) == [])
  }
}

@Suite("Estimates") struct EstimateTests {
  @Test("the jackknife of a mean is the usual standard error")
  func mean() {
    let numbers: [Double] = [1, 5, 2, 8, 4, 4, 7, 3]
    let estimate = Estimate.mean(ofSamples: numbers, groups: 8)
    let variance = numbers.reduce(0) { $0 + ($1 - 4.25) * ($1 - 4.25) } / 7
    #expect(estimate.value == 4.25 && estimate.corrected == nil)
    #expect(difference(estimate.standardError ?? 0, (variance / 8).squareRoot()) < 1e-14)
    #expect(Estimate.mean(ofSamples: []).standardError == nil && Estimate.mean(ofSamples: [3]).value == 3)
  }

  @Test("a bias that falls as 1/N is removed")
  func bias() {
    // f(N) = 7 + 12/N, of 6 samples in groups of one.
    let result = LeaveOneOut(9, sides: [[Double](repeating: 7 + 12.0 / 5, count: 6)])
    #expect(difference(result.estimate.corrected ?? 0, 7) < 1e-14)
    #expect(LeaveOneOut(9, sides: [[1, 2]], isBiased: false).estimate.corrected == nil)
    #expect(LeaveOneOut(9, sides: [[], [4]]).estimate == Estimate(9))
  }

  @Test("scores are told apart beyond 1.96 errors of their difference")
  func differ() {
    let a = Estimate(10, corrected: 9, standardError: 0.3)
    #expect(a.differs(from: Estimate(9.9, standardError: 0.4)) == false)
    #expect(a.differs(from: Estimate(9.99, standardError: 0.4)) == true)
    #expect(a.differs(from: Estimate(9)) == nil)
  }

  @Test("what two scores have in common cancels in their difference")
  func commonSide() {
    let first = LeaveOneOut(5, sides: [[4, 6, 5], [5.1, 4.9]])
    let second = LeaveOneOut(3, sides: [[2, 4, 3], [3.3, 2.7]])
    let gap = LeaveOneOut.difference(first, second)
    #expect(gap.value == 2 && gap.sides[0] == [2, 2, 2])
    let error = gap.estimate.standardError ?? 0
    // ½ · (0.1² + 0.1²) and ½ · (0.3² + 0.3²).
    #expect(abs(error * error - 0.1) < 1e-14)
  }

  @Test("the mean of classes, and those that collapsed first")
  func classes() {
    let parts = [Estimate(2, corrected: 1, standardError: 3), Estimate(4, corrected: 5, standardError: 4)]
    #expect(Estimate.mean(of: parts) == Estimate(3, corrected: 3, standardError: 2.5))
    #expect(Estimate.mean(of: parts + [Estimate(3)]).corrected == nil)
    let scores = [Estimate(1), nil, Estimate(3), Estimate(3), Estimate(.nan)]
    #expect(ClassOrder.worstFirst(scores, higherIsBetter: false) == [1, 4, 2, 3, 0])
    #expect(ClassOrder.worstFirst(scores, higherIsBetter: true) == [1, 4, 0, 2, 3])
  }

  @Test("accuracy in all and of each class")
  func accuracy() {
    let accuracy = ClassAccuracy(found: [0, 0, 1, 2, 2, 1], asked: [0, 0, 0, 2, 1, 1], classes: 4)
    #expect(abs(accuracy.share.value - 4.0 / 6) < 1e-15 && accuracy.share.standardError != nil)
    #expect(accuracy.perClass.map { $0?.value } == [2.0 / 3, 0.5, 1, nil])
  }

  @Test("groups cover all samples once, and know whose a sample is")
  func groups() {
    for (count, wanted) in [(0, 20), (1, 20), (7, 20), (20, 20), (21, 20), (150, 20), (1003, 7)] {
      let groups = Groups(of: count, into: wanted)
      #expect(groups.ranges.flatMap { Array($0) } == Array(0..<count))
      for (group, range) in groups.ranges.enumerated() { #expect(range.allSatisfy { groups.group(of: $0) == group }) }
    }
  }
}
