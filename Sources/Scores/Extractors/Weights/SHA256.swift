internal import Files

/// SHA-256 of FIPS 180-4: by it the world names the published files of weights.
struct SHA256 {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  private var rest: [UInt8] = []
  private var count = 0

  /// The fractional digits of the cube roots of the first 64 primes (section 4.2.2).
  private static let constants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
  ]

  /// Appends bytes.
  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    count += bytes.count
    var bytes = bytes[...]
    if !rest.isEmpty {
      let needed = min(64 - rest.count, bytes.count)
      rest += bytes.prefix(needed)
      bytes = bytes.dropFirst(needed)
      guard rest.count == 64 else { return }
      let block = rest
      block.withUnsafeBytes { compress($0) }
      rest = []
    }
    while bytes.count >= 64 {
      compress(UnsafeRawBufferPointer(rebasing: bytes.prefix(64)))
      bytes = bytes.dropFirst(64)
    }
    rest += bytes
  }

  /// The digest as 64 digits.
  func hexadecimal() -> String {
    var copy = self
    let zeros = (119 - count % 64) % 64
    let end: [UInt8] = [0x80] + [UInt8](repeating: 0, count: zeros)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: (8 * count) >> (56 - 8 * $0)) }
    (end + length).withUnsafeBytes { copy.update($0) }
    return copy.state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  /// One block of 64 bytes (section 6.2.2).
  private mutating func compress(_ block: UnsafeRawBufferPointer) {
    var w = InlineArray<64, UInt32>(repeating: 0)
    for t in 0..<16 { w[t] = UInt32(bigEndian: block.loadUnaligned(fromByteOffset: 4 * t, as: UInt32.self)) }
    for t in 16..<64 {
      let (x, y) = (w[t - 15], w[t - 2])
      let small0 = rotate(x, 7) ^ rotate(x, 18) ^ x >> 3
      let small1 = rotate(y, 17) ^ rotate(y, 19) ^ y >> 10
      w[t] = small1 &+ w[t - 7] &+ small0 &+ w[t - 16]
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    Self.constants.withUnsafeBufferPointer { constants in
      for t in 0..<64 {
        let big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
        let first = h &+ big1 &+ (e & f ^ ~e & g) &+ constants[t] &+ w[t]
        let big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
        let second = big0 &+ (a & b ^ a & c ^ b & c)
        (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
      }
    }
    for (i, value) in [a, b, c, d, e, f, g, h].enumerated() { state[i] &+= value }
  }

  @inline(__always)
  private func rotate(_ x: UInt32, _ count: UInt32) -> UInt32 { x >> count | x << (32 - count) }
}

extension SHA256 {
  /// The digest of a file.
  ///
  /// - Parameter path: The file.
  /// - Returns: 64 digits, as `sha256sum` prints them.
  /// - Throws: `FileError` where it cannot be read.
  static func digest(ofFile path: String) throws(FileError) -> String {
    let file = try InputFile(path: path)
    var hash = SHA256()
    for start in stride(from: 0, to: file.byteCount, by: 1 << 20) {
      let bytes = try file.elements(of: UInt8.self, count: min(1 << 20, file.byteCount - start), at: start)
      bytes.withUnsafeBytes { hash.update($0) }
    }
    return hash.hexadecimal()
  }
}
