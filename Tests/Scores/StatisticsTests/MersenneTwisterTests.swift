import Statistics
import Testing

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
