import Files
import Formats
import TestSupport
import Testing

/// Zip files as other programs write them, and as they should not be.
@Suite struct ZipTests {
  @Test func readsStoredAndDeflatedMembers() throws {
    let wheel = try ZipArchive(path: Fixtures.weights("packed.whl"))
    #expect(wheel.members.map(\.name) == ["package/__init__.py", "package/weights.pth"])
    let member = try #require(wheel["package/weights.pth"])
    let expected = try Fixtures.bytes("state-legacy.pth", in: "weights")
    #expect(!member.isStored && member.byteCount == expected.count)
    #expect(try wheel.bytes(of: member, limit: expected.count) == expected)
    expectError(.malformed, mentions: ["'package/weights.pth'", "at most 100"]) {
      try wheel.bytes(of: member, limit: 100)
    }
    // In parts of odd sizes, and from the middle on.
    let reader = try wheel.reader(of: member)
    try reader.skip(5)
    var rest = [UInt8](repeating: 0, count: expected.count - 5)
    try rest.withUnsafeMutableBytes { memory in
      for start in stride(from: 0, to: memory.count, by: 7) {
        try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[start..<min(start + 7, memory.count)]))
      }
    }
    #expect(rest == Array(expected[5...]))
    let empty = try #require(wheel["package/__init__.py"])
    #expect(try wheel.bytes(of: empty, limit: 0).isEmpty)
    #expect(wheel["nothing"] == nil)
  }

  @Test func writesWhatItReads() throws {
    let folder = try TemporaryDirectory()
    for name in ["a.zip", "b.zip"] {
      var writer = ZipWriter(to: try OutputFile(path: folder.path + "/" + name))
      try writer.add("é.txt", [1, 2, 3])
      try writer.add("empty", [])
      try writer.add("parts", byteCount: 4) { (append: ([UInt8]) throws(FileError) -> Void) throws(FileError) in
        try append([4, 5])
        try append([6, 7])
      }
      _ = try writer.finish()
    }
    #expect(try folder.content("a.zip") == folder.content("b.zip"))
    let archive = try ZipArchive(path: folder.path + "/a.zip")
    #expect(archive.members.map(\.name) == ["é.txt", "empty", "parts"])
    #expect(try archive.members.map { try archive.bytes(of: $0, limit: 4) } == [[1, 2, 3], [], [4, 5, 6, 7]])
  }

  @Test func keepsNamesOfOldProgramsApart() throws {
    let folder = try TemporaryDirectory()
    var bytes = try sample()
    for (place, letter) in [(30, 0x81), (65, 0x82), (114, 0x81), (161, 0x82)] as [(Int, UInt8)] {
      bytes[place] = letter
    }
    let archive = try ZipArchive(path: try folder.file("x", bytes))
    #expect(archive.members.map(\.name) == ["\u{81}", "\u{82}"])
    #expect(try archive.bytes(of: archive.members[1], limit: 2) == [5, 6])
  }

  /// A stored archive of two members, 'a' of 4 bytes and 'b' of 2.
  private func sample() throws -> [UInt8] {
    let folder = try TemporaryDirectory()
    var writer = ZipWriter(to: try OutputFile(path: folder.path + "/x"))
    try writer.add("a", [1, 2, 3, 4])
    try writer.add("b", [5, 6])
    _ = try writer.finish()
    return try folder.content("x")
  }

  private func refuse(
    _ mention: String, sourceLocation: SourceLocation = #_sourceLocation, _ change: (inout [UInt8]) -> Void
  ) throws {
    let folder = try TemporaryDirectory()
    var bytes = try sample()
    change(&bytes)
    let path = try folder.file("x.zip", bytes)
    expectError(.malformed, mentions: [mention, path], sourceLocation: sourceLocation) {
      let archive = try ZipArchive(path: path)
      for member in archive.members { _ = try archive.bytes(of: member, limit: 1 << 20) }
    }
  }

  @Test func refusesWhatCannotBeTrusted() throws {
    // Members take 35 and 33 bytes; entries of the directory 47 each, from byte 68 on.
    let (first, second, end) = (68, 115, 162)
    #expect(try sample().count == end + 22)
    try refuse("'a' is encrypted") { $0[first + 8] |= 1 }
    try refuse("compressed by method 12") { bytes in
      bytes[8] = 12
      bytes[first + 10] = 12
    }
    try refuse("another header") { $0[8] = 8 }
    try refuse("two members named 'a'") { $0[second + 46] = UInt8(ascii: "a") }
    try refuse("is called 'c'") { $0[30] = UInt8(ascii: "c") }
    try refuse("'a' has no header at byte 0") { $0[0] = 0 }
    try refuse("another checksum") { $0[31] = 9 }
    try refuse("'a' overlaps") { bytes in
      bytes[first + 20] = 6
      bytes[first + 24] = 6
    }
    // Two members in one place.
    try refuse("overlaps") { $0[second + 42] = 0 }
    try refuse("overlaps") { bytes in bytes[28] = 3 }
    try refuse("'b' overlaps") { $0[second + 42] = 200 }
    try refuse("has 4 bytes and claims 5") { $0[first + 24] = 5 }
    try refuse("does not fit into it") { $0[end + 16] = 200 }
    try refuse("directory ends within entry 1") { bytes in
      bytes[end + 12] = 93
    }
    try refuse("entry 1 of its directory is damaged") { $0[second] = 0 }
    try refuse("goes on behind them") { bytes in
      bytes[end + 8] = 1
      bytes[end + 10] = 1
    }
    try refuse("one part of several") { $0[end + 4] = 1 }
    try refuse("no directory") { $0.append(0) }
    try refuse("no directory") { $0 = [] }
  }

  @Test func refusesBombs() throws {
    // 63 zero bytes, deflated, that claim to be something else.
    let deflated: [UInt8] = [0x63, 0xA0, 0x0C, 0x00, 0x00]
    let folder = try TemporaryDirectory()
    func archive(claiming count: Int, _ content: [UInt8]) throws -> String {
      var bytes = try sample()
      var header = Array(bytes[..<31])
      header[8] = 8
      (header[14], header[15], header[16], header[17]) = (0, 0, 0, 0)
      var entry = Array(bytes[68..<115])
      entry[10] = 8
      for index in 0..<4 {
        entry[16 + index] = 0
        entry[20 + index] = UInt8(content.count >> (8 * index) & 0xFF)
        entry[24 + index] = UInt8(count >> (8 * index) & 0xFF)
      }
      var end = Array(bytes[162...])
      (end[8], end[10], end[12], end[16]) = (1, 1, 47, UInt8(header.count + content.count))
      bytes = header + content + entry + end
      return try folder.file("x.zip", bytes)
    }
    func read(_ path: String) throws -> [UInt8] {
      let archive = try ZipArchive(path: path)
      return try archive.bytes(of: archive.members[0], limit: .max)
    }
    #expect(try read(try archive(claiming: 63, deflated)).count == 63)
    for (count, content, mention) in [
      (0xFFFF_FFF0, deflated, "more than 5 compressed ones can hold"), (62, deflated, "holds more than"),
      (64, deflated, "holds less than"), (63, deflated + [0], "before its last byte"),
      (63, Array(deflated.dropLast()), "holds"), (63, [0xFF, 0xFF], "is damaged"),
    ] as [(Int, [UInt8], String)] {
      let path = try archive(claiming: count, content)
      expectError(.malformed, mentions: [mention]) { try read(path) }
    }
  }
}
