import Kernels
import Networks
import Sampling
import TestSupport
import Testing
import Threads

/// Latent vectors whose components stay within a bound.
@Suite struct TruncationTests {
  /// The components of 40 samples of two classes.
  private func components(_ truncation: Double?, seed: UInt64 = 3) -> [Float] {
    SmallGenerator.sampler(seed: seed, truncation: truncation).latents(0..<40) { Sample(label: $0 % 2, number: $0 / 2) }
  }

  @Test(arguments: [0.02, 0.5, 1, 2]) func components(bound: Double) {
    let (free, truncated) = (components(nil), components(bound))
    #expect(truncated.allSatisfy { Double(abs($0)) <= bound })
    // What lies within is what it would be without truncation; what lies beyond has another value each.
    for (a, b) in zip(free, truncated) where Double(abs(a)) <= bound { #expect(a == b) }
    #expect(Set(truncated).count > truncated.count - 3)
    #expect(truncated == components(bound) && truncated != components(bound, seed: 4))
  }

  @Test func aBoundBeyondAllComponentsChangesNothing() { #expect(components(10) == components(nil)) }

  /// Within ±0.5 the density is nearly even: E x² = 1 − 0.5 · 2φ(0.5) / (2Φ(0.5) − 1) = 0.0806 (scipy.stats.truncnorm(-.5, .5).var()).
  @Test func hasTheMomentsOfATruncatedNormalDistribution() {
    let sampler = SmallGenerator.sampler(seed: 0, truncation: 0.5)
    let numbers = sampler.latents(0..<2000) { Sample(label: 0, number: $0) }.map(Double.init)
    let count = Double(numbers.count)
    let (mean, square) = (numbers.reduce(0, +) / count, numbers.reduce(0) { $0 + $1 * $1 } / count)
    // Four standard errors of 12,000 numbers: √(0.0806 / n) for the mean, below √(E x⁴ / n) for the square.
    #expect(abs(mean) < 4 * (0.0806 / count).squareRoot() && abs(square - 0.0806) < 4 * (0.0117 / count).squareRoot())
  }
}
