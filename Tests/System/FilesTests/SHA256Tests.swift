import Files
import Testing

/// Examples of FIPS 180-2 (appendix B) and of NIST's test vectors for byte messages (SHA256ShortMsg.rsp).
@Suite struct SHA256Tests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ]) func hasTheStandardsDigests(text: String, digest: String) {
    var hash = SHA256()
    hash.update(Array(text.utf8))
    #expect(hash.hexadecimal == digest)
    #expect(hash.hexadecimal == digest, "asking changes nothing")
  }

  @Test func aMillionLettersInPartsOfEverySize() {
    var hash = SHA256()
    var (left, size) = (1_000_000, 0)
    while left > 0 {
      let count = min(size % 150, left)
      hash.update([UInt8](repeating: UInt8(ascii: "a"), count: count))
      (left, size) = (left - count, size + 1)
    }
    #expect(hash.hexadecimal == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  /// Lengths around a block, where the padding takes one block more; digests by Python's hashlib.
  @Test(arguments: [
    (55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
    (56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"),
    (63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"),
    (64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
  ]) func padsAtTheEdges(count: Int, digest: String) {
    var hash = SHA256()
    hash.update([UInt8](repeating: UInt8(ascii: "a"), count: count))
    #expect(hash.hexadecimal == digest)
  }
}
