import Files
import TestSupport
import Formats
import Glibc
import Testing

@Suite struct SafetensorsBadInputTests {
  /// A file with this header, its length in front, and `data` bytes behind.
  static func file(_ header: String, data: Int) -> [UInt8] {
    let text = Array(header.utf8)
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
      + [UInt8](repeating: 0, count: data)
  }

  static func tensor(_ name: String, _ shape: String = "[1]", _ offsets: String = "[0,4]", dtype: String = "F32")
    -> String
  {
    "\"\(name)\":{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
  }

  /// Header, bytes of data, and what the message must mention.
  static let malformed: [(header: String, data: Int, mention: String)] = [
    ("[]", 0, "begin with '{'"),
    ("{", 0, "at byte"),
    ("{}x", 0, "after its last '}'"),
    ("{}", 1, "trailing bytes"),
    ("{\(tensor("a"))}", 3, "truncated"),
    ("{\(tensor("a"))}", 5, "trailing bytes"),
    ("{\(tensor("a")),\(tensor("b", "[1]", "[8,12]"))}", 12, "a hole"),
    ("{\(tensor("a", "[1]", "[4,8]"))}", 8, "a hole"),
    ("{\(tensor("a")),\(tensor("b"))}", 4, "overlaps"),
    ("{\(tensor("a", "[2]", "[0,8]")),\(tensor("b", "[1]", "[4,8]"))}", 8, "overlaps"),
    ("{\(tensor("a", "[2]"))}", 4, "needs 8 bytes"),
    ("{\(tensor("a", "[1]", "[4,0]"))}", 4, "data_offsets"),
    ("{\(tensor("a", "[1]", "[0]"))}", 4, "data_offsets"),
    ("{\(tensor("a", "[1]", "[0,4,4]"))}", 4, "data_offsets"),
    ("{\(tensor("a")),\(tensor("a", "[1]", "[4,8]"))}", 8, "twice"),
    ("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0, "twice"),
    ("{\"__metadata__\":{},\"__metadata__\":{}}", 0, "twice"),
    ("{\"__metadata__\":{\"k\":1}}", 0, "at byte"),
    ("{\"__metadata__\":7}", 0, "at byte"),
    ("{\"a\":7}", 0, "at byte"),
    ("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, "second field"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"more\":1}}", 4, "unexpected"),
    ("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "lacks"),
    ("{\(tensor("a", dtype: "F33"))}", 4, "unknown dtype 'F33'"),
    ("{\(tensor("a", "[-1]"))}", 4, "natural number"),
    ("{\(tensor("a", "[1.5]"))}", 4, "at byte"),
    ("{\(tensor("a", "[1e3]"))}", 4, "at byte"),
    ("{\(tensor("a", "[01]"))}", 4, "natural number"),
    ("{\(tensor("a", "[1,]"))}", 4, "natural number"),
    ("{\(tensor("a", "[99999999999999999999]"))}", 4, "2^63"),
    ("{\(tensor("a", "[9223372036854775807,9]"))}", 4, "impossible shape"),
    ("{\(tensor("a", "[4611686018427387904]"))}", 4, "impossible shape"),
    ("{\(tensor("a", "[1]", "[0,99999999999999999999999]"))}", 4, "2^63"),
    ("{\"a\\x\":1}", 0, "escape"),
    ("{\"a\\u12\":1}", 0, "escape"),
    ("{\"a\\ud800\":1}", 0, "surrogate"),
    ("{\"a\\ud800\\u0041\":1}", 0, "surrogate"),
    ("{\"a\u{1}\":1}", 0, "control character"),
    ("{\"a", 0, "without end"),
    ("{\"a\\", 0, "without end"),
  ]

  @Test(arguments: malformed.indices) func refusesABadHeader(_ index: Int) throws {
    let (header, data, mention) = Self.malformed[index]
    let directory = try TemporaryDirectory()
    let path = try directory.file("x", Self.file(header, data: data))
    expectError(.malformed, mentions: [mention, path]) { try SafetensorsFile(path: path) }
  }

  @Test func acceptsWhatTheReferenceReaderAccepts() throws {
    let directory = try TemporaryDirectory()
    let header = " \n{ \"b\\u0041\\ud83d\\ude00\" : {\"shape\":[ ] , \"data_offsets\":[0,1],\"dtype\":\"U8\"} }  "
    let text = String(header.dropFirst(2))
    let file = try SafetensorsFile(path: try directory.file("x", Self.file(text, data: 1)))
    #expect(file.names == ["bA\u{1F600}"])
    #expect(try file.bytes("bA\u{1F600}") == [0])
  }

  @Test func refusesTextThatIsNotUTF8() throws {
    let directory = try TemporaryDirectory()
    var content = Self.file("{\(Self.tensor("a"))}", data: 4)
    content[8 + 2] = 0xFF
    let path = try directory.file("x", content)
    expectError(.malformed, mentions: ["UTF-8"]) { try SafetensorsFile(path: path) }
  }

  @Test func refusesImpossibleLengthsOfTheHeader() throws {
    let directory = try TemporaryDirectory()
    for (length, mention) in [(UInt64.max, "allows"), (100_000_001, "allows"), (100, "truncated"), (3, "at byte")] {
      let content = withUnsafeBytes(of: length.littleEndian) { Array($0) } + Array("{\"a\":1}".utf8)
      let path = try directory.file("x", content)
      expectError(.malformed, mentions: [mention]) { try SafetensorsFile(path: path) }
    }
  }

  @Test func refusesEveryTruncation() throws {
    let directory = try TemporaryDirectory()
    for count in 0..<SafetensorsTests.reference.count {
      let path = try directory.file("x", Array(SafetensorsTests.reference.prefix(count)))
      expectError(.malformed, mentions: [path]) { try SafetensorsFile(path: path) }
    }
  }

  @Test func tellsMissingFromUnreadable() throws {
    let directory = try TemporaryDirectory()
    expectError(.missing, mentions: [directory.path + "/none"]) { try SafetensorsFile(path: directory.path + "/none") }
    expectError(.unreadable, mentions: [directory.path]) { try SafetensorsFile(path: directory.path) }
  }

  @Test func noticesThatTheFileShrankWhileItWasRead() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.file("x", SafetensorsTests.reference)
    let file = try SafetensorsFile(path: path)
    #expect(truncate(path, off_t(SafetensorsTests.reference.count - 1)) == 0)
    expectError(.malformed, mentions: ["1 bytes early"]) { try file.bytes("a.mask") }
  }
}
