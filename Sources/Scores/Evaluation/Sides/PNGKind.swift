/// What a PNG file says of its samples before its pixels, as far as programs disagree about it.
struct PNGKind {
  /// What is odd; `nil` for 8 bits or fewer without transparency, and for other files.
  let oddity: String?

  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Looks at the bytes of a file.
  init(_ bytes: [UInt8]) {
    guard bytes.starts(with: Self.signature), bytes.count > 33 else {
      oddity = nil
      return
    }
    // The header comes first: width, height, bits of a sample, type of colour.
    let (bits, type) = (bytes[24], bytes[25])
    if bits > 8 {
      oddity = "\(bits) bits"
    } else {
      oddity = type & 4 != 0 || Self.hasTransparentColour(bytes) ? "transparency" : nil
    }
  }

  /// Whether a chunk in front of the pixels says which colours are transparent.
  private static func hasTransparentColour(_ bytes: [UInt8]) -> Bool {
    var place = 8
    while place + 12 <= bytes.count {
      let length = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      switch String(decoding: bytes[place + 4..<place + 8], as: UTF8.self) {
      case "tRNS": return true
      case "IDAT", "IEND": return false
      default: place += 12 + length
      }
    }
    return false
  }
}
