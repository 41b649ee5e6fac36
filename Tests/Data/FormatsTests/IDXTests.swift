import Files
import TestSupport
import Formats
import Glibc
import Testing

@Suite struct IDXTests {
  /// A 2×3 array of the bytes 1…6.
  static let plain: [UInt8] = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6]
  /// The same, by Python's `gzip.compress(plain, mtime=0)`.
  static let compressed = bytes(
    hexadecimal: "1f8b08000000000002036360e0606260600061664626661656360048943ee512000000")

  @Test func readsPlainAndCompressedFiles() throws {
    let directory = try TemporaryDirectory()
    for content in [Self.plain, Self.compressed] {
      let idx = try IDX(path: try directory.file("x", content))
      #expect(idx.dimensions == [2, 3])
      #expect(Array(idx.elements) == [1, 2, 3, 4, 5, 6])
    }
  }

  @Test func refusesEveryTruncation() throws {
    let directory = try TemporaryDirectory()
    for count in Self.plain.indices {
      expectError(.malformed, mentions: ["name"]) { try IDX(Array(Self.plain.prefix(count)), name: "name") }
    }
    // Up to 1 byte a file does not look like gzip and is read as it is; either way it is refused.
    for count in Self.compressed.indices {
      let path = try directory.file("x", Array(Self.compressed.prefix(count)))
      expectError(.malformed, mentions: [path]) { try IDX(path: path) }
    }
  }

  @Test func tellsATruncatedFileFromACorruptOne() throws {
    let directory = try TemporaryDirectory()
    let truncated = try directory.file("truncated", Array(Self.compressed.dropLast(5)))
    expectError(.malformed, mentions: ["truncated"]) { try Gzip.read(path: truncated) }
    var content = Self.compressed
    content[content.count - 6] ^= 1  // the checksum
    let corrupt = try directory.file("x", content)
    expectError(.malformed, mentions: ["corrupt"]) { try Gzip.read(path: corrupt) }
  }

  @Test(arguments: [
    ([0, 0, 8, 1, 0, 0, 0, 2, 1, 2, 3], "has 3"),  // too many elements
    ([0, 0, 13, 1, 0, 0, 0, 1, 0, 0, 0, 0], "type 13"),  // single precision
    ([1, 0, 8, 1, 0, 0, 0, 1, 0], "two zeros"),
    ([0, 0, 8, 3] + [UInt8](repeating: 255, count: 12), "impossible"),
    ([0, 0, 8, 2, 0, 0, 255, 255, 0, 0, 255, 255], "need 4294836225"),
  ])
  func refusesBadHeaders(_ content: [UInt8], _ mention: String) {
    expectError(.malformed, mentions: [mention, "name"]) { try IDX(content, name: "name") }
  }

  @Test func tellsMissingFromUnreadable() throws {
    let directory = try TemporaryDirectory()
    expectError(.missing, mentions: ["none"]) { try IDX(path: directory.path + "/none") }
    expectError(.unreadable, mentions: [directory.path]) { try IDX(path: directory.path) }
  }

  @Test func readsContentLongerThanOneRead() throws {
    let directory = try TemporaryDirectory()
    let elements = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 1000) }
    let header: [UInt8] = [0, 0, 8, 1, 0, 0x2D, 0xC6, 0xC0]
    let idx = try IDX(path: try directory.file("x", header + elements))
    #expect(Array(idx.elements) == elements)
  }

  @Test func readsGzipFilesOfSeveralMembers() throws {
    #expect(try Gzip.decompressed(Self.compressed + Self.compressed, name: "x") == Self.plain + Self.plain)
    expectError(.malformed, mentions: ["x", "corrupt"]) { try Gzip.decompressed(Self.compressed + [1, 2], name: "x") }
  }

  /// Whoever opens a pipe to read it waits for a writer, unless told not to.
  @Test(.timeLimit(.minutes(15))) func aPipeIsNoFile() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/pipe"
    #expect(mkfifo(path, 0o600) == 0)
    expectError(.unreadable, mentions: [path, "pipe"]) { try IDX(path: path) }
  }
}
