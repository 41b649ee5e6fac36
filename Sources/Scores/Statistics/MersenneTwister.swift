/// NumPy's legacy random numbers, `numpy.random.RandomState(seed)`: the orders and subsets that torch-fidelity and clean-fid draw.
///
/// MT19937 (Matsumoto and Nishimura 1998), whose state NumPy promises never to use otherwise in this class. Nothing else in this
/// program draws from it.
package struct MersenneTwister {
  private static let (size, middle) = (624, 397)

  private var state: [UInt32]
  private var used = Self.size

  /// The generator of a seed.
  package init(seed: UInt32) {
    state = [seed]
    for i in 1..<Self.size {
      let last = state[i - 1]
      state.append(1_812_433_253 &* (last ^ last >> 30) &+ UInt32(i))
    }
  }

  /// The next 32 random bits.
  package mutating func next() -> UInt32 {
    if used == Self.size { renew() }
    var y = state[used]
    used += 1
    y ^= y >> 11
    y ^= y << 7 & 0x9D2C_5680
    y ^= y << 15 & 0xEFC6_0000
    return y ^ y >> 18
  }

  private mutating func renew() {
    for i in 0..<Self.size {
      let y = state[i] & 0x8000_0000 | state[(i + 1) % Self.size] & 0x7FFF_FFFF
      state[i] = state[(i + Self.middle) % Self.size] ^ y >> 1 ^ (y & 1 == 0 ? 0 : 0x9908_B0DF)
    }
    used = 0
  }

  /// Uniform among `largest` and the whole numbers below: bits above those of `largest` are masked away, and what exceeds it is drawn again.
  private mutating func index(upTo largest: Int) -> Int {
    let mask = UInt32.max >> UInt32(truncatingIfNeeded: UInt32(largest).leadingZeroBitCount)
    while true {
      let value = next() & mask
      if value <= UInt32(largest) { return Int(value) }
    }
  }

  /// `permutation(count)`: 0 ..< `count` in random order (Fisher and Yates, from the end).
  package mutating func permutation(_ count: Int) -> [Int] {
    precondition(count <= Int(UInt32.max), "a permutation of \(count)")
    var order = Array(0..<count)
    for i in stride(from: count - 1, to: 0, by: -1) { order.swapAt(i, index(upTo: i)) }
    return order
  }

  /// `choice(count, size, replace=False)`: the beginning of a permutation.
  package mutating func choice(_ count: Int, _ size: Int) -> [Int] {
    precondition(size <= count, "\(size) of \(count) without repetition")
    return Array(permutation(count).prefix(size))
  }
}
