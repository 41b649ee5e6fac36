import Files
import Formats
import TestSupport
import Testing

/// Tar files by Python's tarfile and by webdataset (`Tests/Fixtures/make_data.py`).
@Suite struct TarFileTests {
  private static func open(_ name: String) throws -> TarFile { try TarFile(path: Fixtures.path("data/" + name)) }

  @Test func plainHeaders() throws {
    let file = try Self.open("shards-000.tar")
    #expect(file.members.count == 8)
    #expect(Set(file.members.map(\.name)).contains("sample0003.png"))
    let labels = try file.members.filter { $0.name.hasSuffix(".cls") }.map { try file.bytes(of: $0) }
    #expect(labels == ["0", "1", "2", "0"].map { Array($0.utf8) })
  }

  @Test(arguments: ["pax.tar", "gnu.tar"]) func longNames(name: String) throws {
    let file = try Self.open(name)
    let long = String(repeating: "a", count: 90) + "/" + String(repeating: "b", count: 120)
    #expect(file.members.map(\.name) == (0..<7).flatMap { ["\(long)\($0).png", "\(long)\($0).cls"] })
    #expect(try file.bytes(of: file.members[5]) == Array("2\n".utf8))
  }

  @Test(arguments: [
    ("link.tar", ["'a.png' is a link", "not followed"]), ("absolute.tar", ["'/tmp/a.png'", "leads out of a folder"]),
    ("above.tar", ["'a/../../a.png'", "leads out of a folder"]), ("zipped.tar.gz", ["gzip", "gunzip"]),
  ]) func whatIsRefused(name: String, words: [String]) {
    expectError(.malformed, mentions: [name] + words) { try Self.open(name) }
  }

  /// File systems take names apart by bytes: a mark that combines with a slash is no part of it.
  @Test func namesWithMarks() throws {
    let root = try TemporaryDirectory()
    var bytes = try Fixtures.bytes("shards-000.tar", in: "data")
    for (name, isRefused) in [("../\u{301}a.png", true), ("a/..", true), ("a/..b/.\u{301}/c", false)] {
      bytes.replaceSubrange(0..<100, with: Array(name.utf8) + [UInt8](repeating: 0, count: 100 - name.utf8.count))
      try root.file("x.tar", Self.summed(bytes))
      if isRefused {
        expectError(.malformed, mentions: ["leads out of a folder"]) { try TarFile(path: root.path + "/x.tar") }
      } else {
        #expect(try TarFile(path: root.path + "/x.tar").members[0].name.utf8.elementsEqual(name.utf8))
      }
    }
  }

  @Test func damage() throws {
    let root = try TemporaryDirectory()
    let whole = try Fixtures.bytes("shards-000.tar", in: "data")
    func expect(_ bytes: [UInt8], _ words: String) throws {
      try root.file("x.tar", bytes)
      expectError(.malformed, mentions: [root.path + "/x.tar", words]) { try TarFile(path: root.path + "/x.tar") }
    }
    try expect([], "no end")
    try expect(Array(whole.prefix(700)), "truncated")
    try expect(Array(whole.prefix(1024)), "no end")
    var bytes = whole
    bytes[3] ^= 1
    try expect(bytes, "no header at byte 0, or a damaged one")
    // A size of 8 GiB, with the sum made right again.
    bytes = whole
    bytes.replaceSubrange(124..<136, with: [0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0])
    try expect(Self.summed(bytes), "8,589,934,592 bytes ends behind it")
    bytes[156] = UInt8(ascii: "3")
    try expect(
      Self.summed(bytes.enumerated().map { (124..<136).contains($0.offset) ? whole[$0.offset] : $0.element }),
      "no plain file")
  }

  /// The file with the sum of its first header made right.
  private static func summed(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    bytes.replaceSubrange(148..<156, with: [UInt8](repeating: 32, count: 8))
    let sum = String(bytes[..<512].reduce(0) { $0 + Int($1) }, radix: 8)
    bytes.replaceSubrange(148..<156, with: Array((String(repeating: "0", count: 6 - sum.count) + sum + "\0 ").utf8))
    return bytes
  }
}
