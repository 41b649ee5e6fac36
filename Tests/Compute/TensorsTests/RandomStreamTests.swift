import Tensors
import Testing
import TestSupport

/// The random streams: known answers of the block function, distributions, and independence of streams.
@Suite struct RandomStreamTests {
  /// The known answers for Philox4x32-10 that the Random123 library is distributed with.
  @Test(
    arguments: [
      (
        SIMD4<UInt32>(repeating: 0), SIMD2<UInt32>(repeating: 0),
        SIMD4<UInt32>(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)
      ),
      (
        SIMD4(repeating: 0xffff_ffff), SIMD2(repeating: 0xffff_ffff),
        SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
      ),
      (
        SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), SIMD2(0xa409_3822, 0x299f_31d0),
        SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
      ),
    ] as [(SIMD4<UInt32>, SIMD2<UInt32>, SIMD4<UInt32>)])
  func blockFunctionHasTheKnownAnswers(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, answer: SIMD4<UInt32>) {
    #expect(RandomStream.philox(counter, key) == answer)
  }

  @Test func streamIsTheBlocksOfItsCounter() {
    let seed: UInt64 = 0x299f_31d0_a409_3822
    var stream = RandomStream(seed: seed, purpose: .latents, owner: .discriminator, update: 5, sample: 9)
    for block in 0..<UInt32(3) {
      let expected = RandomStream.philox(SIMD4(block, 9, 5, 3 << 8 | 2), SIMD2(0xa409_3822, 0x299f_31d0))
      for lane in 0..<4 { #expect(stream.next() == expected[lane]) }
    }
  }

  @Test func uniformNumbersLieInTheHalfOpenUnitInterval() {
    var stream = RandomStream(seed: 1, purpose: .test)
    let numbers = (0..<100_000).map { _ in stream.uniform() }
    #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
    let mean = numbers.reduce(0, +) / 100_000
    #expect(abs(mean - 0.5) < 5 * (1.0 / 12 / 100_000).squareRoot())
  }

  /// Moments of n normal numbers: each within five standard errors of its expectation.
  @Test func normalNumbersHaveTheMomentsOfTheNormalDistribution() {
    var stream = RandomStream(seed: 2, purpose: .test)
    let count = 200_000
    let numbers = (0..<count).map { _ in stream.normal() }
    func moment(_ power: Int) -> Double {
      numbers.reduce(0) { sum, x in sum + (0..<power).reduce(1) { product, _ in product * x } } / Double(count)
    }
    // E[x^2k] = (2k − 1)!!, and the variance of xᵖ is E[x²ᵖ] − E[xᵖ]².
    for (power, expected, variance) in [(1, 0.0, 1.0), (2, 1, 2), (3, 0, 15), (4, 3, 96)] {
      let bound = 5 * (variance / Double(count)).squareRoot()
      #expect(abs(moment(power) - expected) < bound, "moment \(power) is \(moment(power)), expected \(expected)")
    }
    let neighbours = zip(numbers, numbers.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / Double(count)
    #expect(abs(neighbours) < 5 / Double(count).squareRoot(), "neighbours correlate by \(neighbours)")
    #expect(numbers.allSatisfy { $0.isFinite })
  }

  @Test(arguments: [1, 2, 3, 10, 1000]) func indicesAreUniformBelowTheirBound(bound: Int) {
    var stream = RandomStream(seed: 3, purpose: .test)
    let draws = 1000 * bound
    var counts = [Int](repeating: 0, count: bound)
    for _ in 0..<draws {
      let index = stream.index(below: bound)
      #expect(index >= 0 && index < bound)
      counts[index] += 1
    }
    // χ² of `bound` classes has mean bound − 1 and variance 2 (bound − 1).
    let chiSquare = counts.reduce(0.0) { $0 + Double(($1 - 1000) * ($1 - 1000)) / 1000 }
    let degrees = Double(bound - 1)
    #expect(abs(chiSquare - degrees) <= 6 * (2 * degrees).squareRoot(), "χ² is \(chiSquare) for \(degrees) degrees")
  }

  @Test func indicesReachAllOfALargeBound() {
    var stream = RandomStream(seed: 4, purpose: .test)
    let bound = 3 << 40
    let indices = (0..<2000).map { _ in stream.index(below: bound) }
    #expect(indices.allSatisfy { $0 >= 0 && $0 < bound })
    let mean = indices.reduce(0.0) { $0 + Double($1) / Double(bound) } / 2000
    #expect(abs(mean - 0.5) < 5 * (1.0 / 12 / 2000).squareRoot())
  }

  @Test func streamsThatDifferInOneArgumentAreUnrelated() {
    func numbers(
      _ seed: UInt64 = 7, _ purpose: RandomStream.Purpose = .latents, _ owner: RandomStream.Owner = .generator,
      _ update: UInt32 = 3, _ sample: UInt32 = 4
    ) -> [Double] {
      var stream = RandomStream(seed: seed, purpose: purpose, owner: owner, update: update, sample: sample)
      return (0..<4096).map { _ in 2 * stream.uniform() - 1 }
    }
    let one = numbers()
    #expect(one == numbers(), "equal arguments give equal streams")
    let others = [
      "seed": numbers(8), "high half of the seed": numbers(7 | 1 << 32), "purpose": numbers(7, .labels),
      "owner": numbers(7, .latents, .discriminator), "update": numbers(7, .latents, .generator, 4),
      "sample": numbers(7, .latents, .generator, 3, 5), "update and sample": numbers(7, .latents, .generator, 4, 3),
    ]
    for (name, other) in others {
      let correlation = zip(one, other).reduce(0) { $0 + $1.0 * $1.1 } * 3 / 4096
      #expect(abs(correlation) < 5 / 64, "streams with another \(name) correlate by \(correlation)")
      #expect(Set(one).intersection(other).count < 5, "streams with another \(name) share numbers")
    }
  }
}
