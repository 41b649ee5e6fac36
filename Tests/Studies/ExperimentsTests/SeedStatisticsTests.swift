import Experiments
import Testing

/// Means and deviations over seeds, against numbers worked out by hand.
@Suite struct SeedStatisticsTests {
  @Test func meanAndDeviation() throws {
    let three = try #require(SeedStatistics([1, 2, 6]))
    // Squares 4, 1 and 9 over 2.
    #expect(three.mean == 3 && three.deviation == 7.0.squareRoot() && three.count == 3)
    #expect(three.words(2) == "3.00 ± 2.65")
    let one = try #require(SeedStatistics([5]))
    #expect(one.mean == 5 && one.deviation == nil && one.words(1) == "5.0")
    #expect(SeedStatistics([]) == nil)
  }

  @Test func differencesAreJudgedByTheirErrors() throws {
    let low = try #require(SeedStatistics([1, 2, 3]))
    // Both errors are 1/√3, that of the difference √(2/3) = 0.816.
    #expect(low.differs(from: try #require(SeedStatistics([2.6, 3.6, 4.6]))) == false)
    #expect(low.differs(from: try #require(SeedStatistics([2.7, 3.7, 4.7]))) == true)
    #expect(low.differs(from: try #require(SeedStatistics([9]))) == nil)
  }
}
