import Statistics
import Testing

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
