#if canImport(Glibc)
  import Glibc
#endif

/// Random numbers as a pure function of seed, purpose, owner, update and sample.
///
/// The generator is Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011).
/// A counter-based generator has no state worth saving: any sample's numbers can be made again, by any rank, in any
/// order. A stream gives 2³⁴ 32-bit words.
public struct RandomStream: Sendable {
  /// What the numbers are for: a number that their user gives, below 2²⁴; streams of different purposes are independent.
  public struct Purpose: RawRepresentable, Hashable, Sendable {
    /// The number.
    public let rawValue: UInt32

    /// The purpose of a number, which no other user of the same seed gives to another.
    public init(rawValue: UInt32) {
      precondition(rawValue < 1 << 24, "purpose \(rawValue) of random numbers")
      self.rawValue = rawValue
    }
  }

  /// Which of several users with the same purpose the numbers belong to, below 2⁸; 0 where there is one.
  public struct Owner: RawRepresentable, Hashable, Sendable {
    /// The number.
    public let rawValue: UInt32

    /// The owner of a number.
    public init(rawValue: UInt32) {
      precondition(rawValue < 1 << 8, "owner \(rawValue) of random numbers")
      self.rawValue = rawValue
    }

    /// The only one.
    public static let none = Owner(rawValue: 0)
  }

  private let key: SIMD2<UInt32>
  private var counter: SIMD4<UInt32>
  private var block = SIMD4<UInt32>()
  private var used = 4

  /// The stream of one sample.
  ///
  /// - Parameters:
  ///   - seed: The seed that all streams share.
  ///   - purpose: What the numbers are for.
  ///   - owner: Whose they are.
  ///   - update: How often the owner has drawn before, or another index.
  ///   - sample: Index of the sample among those drawn together.
  public init(
    seed: UInt64, purpose: Purpose, owner: Owner = .none, update: UInt32 = 0, sample: UInt32 = 0
  ) {
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    counter = SIMD4(0, sample, update, purpose.rawValue << 8 | owner.rawValue)
  }

  /// The next 32 random bits.
  public mutating func next() -> UInt32 {
    if used == 4 {
      block = Self.philox(counter, key)
      counter[0] &+= 1
      used = 0
    }
    defer { used += 1 }
    return block[used]
  }

  /// Uniform in 0 ..< 1, a multiple of 2⁻³².
  public mutating func uniform() -> Double { Double(next()) * 0x1p-32 }

  /// Uniform in 0 ..< `bound`, by the high part of a product: the bias is below `bound` · 2⁻⁶⁴.
  public mutating func index(below bound: Int) -> Int {
    precondition(bound > 0, "an index below \(bound)")
    let bits = UInt64(next()) << 32 | UInt64(next())
    return Int(bits.multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// Normal with mean 0 and deviation 1 (Box and Muller 1958; the cosine branch, two words a number).
  public mutating func normal() -> Double {
    let radius = (-2 * log((Double(next()) + 1) * 0x1p-32)).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }

  /// Fills a tensor with normal numbers, in the order of its elements.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public mutating func fillNormal<Scalar: TensorScalar>(_ tensor: Tensor<Scalar>) {
    for i in 0..<tensor.count { tensor.base[i] = Scalar(normal()) }
  }

  /// Ten rounds of the block function.
  package static func philox(_ counter: SIMD4<UInt32>, _ key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var x = counter
    var k = key
    for _ in 0..<10 {
      let a = UInt64(0xD251_1F53) &* UInt64(x[0])
      let b = UInt64(0xCD9E_8D57) &* UInt64(x[2])
      x = SIMD4(
        UInt32(truncatingIfNeeded: b >> 32) ^ x[1] ^ k[0], UInt32(truncatingIfNeeded: b),
        UInt32(truncatingIfNeeded: a >> 32) ^ x[3] ^ k[1], UInt32(truncatingIfNeeded: a))
      k &+= SIMD2(0x9E37_79B9, 0xBB67_AE85)
    }
    return x
  }
}
