internal import CXXHash

/// A 128-bit checksum of a stream of bytes: XXH3-128 of xxHash.
///
/// Checkpoints and data sets are gigabytes that are hashed at every save and every start; XXH3 runs at the speed of
/// memory, where CRC32 finds fewer errors and SHA-256 takes seconds. It guards against accidents, not against attackers.
public final class Fingerprint {
  private let state: OpaquePointer

  /// The checksum of no bytes yet.
  public init() {
    guard let state = XXH3_createState() else { fatalError("out of memory for a checksum") }
    self.state = state
    XXH3_128bits_reset(state)
  }

  deinit { XXH3_freeState(state) }

  /// Whether a text is the digits of a checksum, as `hexadecimal` has them.
  package static func isOne(_ text: some StringProtocol) -> Bool {
    text.utf8.count == 32
      && text.utf8.allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
      }
  }

  /// Appends bytes.
  public func update(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count > 0 else { return }
    XXH3_128bits_update(state, bytes.baseAddress, bytes.count)
  }

  /// Appends bytes.
  public func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

  /// Appends the UTF-8 bytes of a text and a zero, so that "ab", "c" differs from "a", "bc".
  public func update(_ text: String) { update(Array(text.utf8) + [0]) }

  /// Appends the eight bytes of a number, least significant first.
  public func update(_ number: Int) {
    withUnsafeBytes(of: Int64(number).littleEndian) { update($0) }
  }

  /// The checksum of the bytes so far, as the 32 digits that `xxhsum -H2` prints.
  public var hexadecimal: String {
    let hash = XXH3_128bits_digest(state)
    return Self.digits(hash.high64) + Self.digits(hash.low64)
  }

  /// 64 bits of checksum of a few bytes: XXH3-64.
  package static func hash64(_ bytes: UnsafeRawBufferPointer) -> UInt64 { XXH3_64bits(bytes.baseAddress, bytes.count) }

  private static func digits(_ number: UInt64) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }
}
