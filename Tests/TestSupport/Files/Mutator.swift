/// Damages files: bytes changed, moved, repeated or lost, numbers made extreme, words of the format put in wrong places.
public struct Mutator {
  /// A permuted congruential sequence (Knuth's MMIX constants): the same inputs for the same seed everywhere.
  private var state: UInt64
  /// Pieces that mean something in the format, to be inserted anywhere.
  private let words: [[UInt8]]

  /// Numbers at which readers go wrong, in the sizes and byte orders that formats have.
  private static let extremes: [[UInt8]] = [
    [0], [0x7f], [0x80], [0xff], [0, 0, 0, 0], [0xff, 0xff, 0xff, 0xff], [0x7f, 0xff, 0xff, 0xff],
    [0xff, 0xff, 0xff, 0x7f], [0, 0, 0, 0x80], [0, 0, 0x40, 0], Array(repeating: 0xff, count: 8),
    [0, 0, 0, 0, 0, 0, 0, 0x80], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
  ]

  /// Inputs that the seed decides, with words of a format.
  public init(seed: UInt64, words: [String] = []) {
    state = seed
    self.words = words.map { Array($0.utf8) }
    _ = below(1)
  }

  /// A number from 0 to below `bound`.
  public mutating func below(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(bound))
  }

  /// A copy of `bytes` with one to four faults.
  public mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    for _ in 0...below(4) where !result.isEmpty { damage(&result) }
    return result
  }

  private mutating func damage(_ bytes: inout [UInt8]) {
    let position = below(bytes.count)
    switch below(9) {
    case 0: bytes[position] = UInt8(below(256))
    case 1: bytes[position] ^= 1 << UInt8(below(8))
    case 2: bytes.remove(at: position)
    case 3: bytes.removeSubrange(position..<end(position, in: bytes))
    case 4: bytes.removeSubrange(position...)
    case 5: overwrite(&bytes, at: position, with: Self.extremes[below(Self.extremes.count)])
    case 6: bytes.insert(contentsOf: Array(bytes[position..<end(position, in: bytes)]), at: below(bytes.count + 1))
    case 7: bytes.insert(UInt8(below(256)), at: position)
    default:
      if words.isEmpty {
        bytes.swapAt(position, below(bytes.count))
      } else {
        bytes.insert(contentsOf: words[below(words.count)], at: position)
      }
    }
  }

  /// The end of a piece of up to 32 bytes.
  private mutating func end(_ position: Int, in bytes: [UInt8]) -> Int {
    min(bytes.count, position + 1 + below(32))
  }

  private func overwrite(_ bytes: inout [UInt8], at position: Int, with number: [UInt8]) {
    for (offset, byte) in number.enumerated() where position + offset < bytes.count { bytes[position + offset] = byte }
  }
}
