import Files
import Testing

@Suite struct FingerprintTests {
  /// Values of `xxhash.xxh3_128_hexdigest` of Python's xxhash, for no bytes and for 0…255 five times over.
  @Test func agreesWithTheLibrarysOtherBindings() {
    #expect(Fingerprint().hexadecimal == "99aa06d3014798d86001c324468d497f")
    let fingerprint = Fingerprint()
    fingerprint.update((0..<1280).map { UInt8($0 & 255) })
    #expect(fingerprint.hexadecimal == "d92ab3a1cb0542a74844b009e164352e")
  }

  @Test func doesNotDependOnHowBytesArrive() {
    let bytes = (0..<3000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    let whole = Fingerprint()
    whole.update(bytes)
    let pieces = Fingerprint()
    for start in stride(from: 0, to: 3000, by: 37) { pieces.update(Array(bytes[start..<min(start + 37, 3000)])) }
    #expect(whole.hexadecimal == pieces.hexadecimal)
  }

  @Test func numbersAndTextsAreBytes() {
    let values = Fingerprint()
    values.update(0x0102_0304)
    values.update("ab")
    let bytes = Fingerprint()
    bytes.update([4, 3, 2, 1, 0, 0, 0, 0, 0x61, 0x62, 0])
    #expect(values.hexadecimal == bytes.hexadecimal)
  }
}
