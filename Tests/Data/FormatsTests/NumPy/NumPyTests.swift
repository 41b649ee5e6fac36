import Files
import Formats
import TestSupport
import Testing

/// Arrays that NumPy wrote; expected numbers are NumPy's.
@Suite struct NumPyTests {
  @Test(arguments: ["arrays.npz", "arrays-deflated.npz"]) func readsWhatNumPyReads(name: String) throws {
    let file = try NPZFile(path: Fixtures.weights(name))
    let expected = try Fixtures.expectedArrays()
    #expect(file.names == expected.map(\.name) && expected.count > 20)
    for item in expected {
      let array = try file.array(item.name)
      #expect(array.shape == item.shape, "\(item.name)")
      #expect(try array.doubles() == item.numbers, "\(item.name)")
      #expect(try array.floats() == item.numbers.map { Float($0) }, "\(item.name)")
      if !array.type.isReal { #expect(try array.integers() == item.numbers.map { Int($0) }, "\(item.name)") }
    }
    expectError(.malformed, mentions: ["'mu'", "'scalar', 'empty'", name]) { try file.array("mu") }
    expectError(.malformed, mentions: ["whole numbers", "f4"]) { try file.array("fortran").integers() }
  }

  @Test(arguments: 1...3) func readsEveryVersion(version: Int) throws {
    let array = try NPYArray(path: Fixtures.weights("version-\(version).npy"))
    #expect(try array.shape == [3] && array.doubles() == [0, 1, 2])
  }

  /// A file with this header and so many bytes behind it.
  static func file(_ header: String, data: Int, version: UInt8 = 1) -> [UInt8] {
    let text = Array(header.utf8)
    let count = withUnsafeBytes(of: UInt32(text.count).littleEndian) { Array($0) }
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + count[..<(version == 1 ? 2 : 4)] + text
      + [UInt8](repeating: 0, count: data)
  }

  static func header(_ type: String = "<f4", _ shape: String = "(2,)", order: String = "False") -> String {
    "{'descr': '\(type)', 'fortran_order': \(order), 'shape': \(shape), }"
  }

  @Test func readsOtherSpellings() throws {
    let folder = try TemporaryDirectory()
    for header in ["{\"shape\":(2L,),'descr':'=f4','fortran_order':True}\n", Self.header("<f4", "(2)") + "   \n"] {
      let array = try NPYArray(path: try folder.file("x", Self.file(header, data: 8)))
      #expect(try array.shape == [2] && array.floats() == [0, 0])
    }
  }

  static let malformed: [(header: String, data: Int, mention: String)] = [
    (header("|O"), 16, "Python objects"), (header("<U4"), 32, "'<U4'"), (header("<c8"), 16, "'<c8'"),
    (header("|f4"), 8, "which byte comes first"), (header("f4"), 8, "'f4'"), (header(""), 8, "type ''"),
    ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", 4, "records"),
    (header("<f4", "(-1,)"), 4, "natural number"), (header("<f4", "(1.5,)"), 4, "expected ')'"),
    (header("<f4", "(99999999999999999999,)"), 4, "natural number"), (header("<f4", "(2"), 4, "natural number"),
    (header("<f4", "(4611686018427387904, 4)"), 0, "impossible"), (header("<f4", "(1 << 9,)"), 4, "expected ')'"),
    (header("<f4", "(" + String(repeating: "1,", count: 33) + ")"), 4, "32 axes"),
    (header("<f4", "(0, 9223372036854775807, 9)"), 0, "impossible"),
    (header(order: "None"), 8, "expected 'False'"), (header() + "x", 8, "nothing more"),
    ("{'descr': '<f4'}", 8, "lacks"), ("{'descr': '<f4', 'descr': '<f4'}", 8, "second field 'descr'"),
    ("{'x': 1}", 8, "field 'x'"), ("{'descr", 8, "end of a text"), ("{'a\\x41': 1}", 8, "without escapes"),
    ("  ", 8, "expected '{'"), (header(), 7, "needs 8 bytes and it has 7"), (header(), 9, "needs 8 bytes and it has 9"),
  ]

  @Test(arguments: malformed.indices) func refusesABadHeader(_ index: Int) throws {
    let (header, data, mention) = Self.malformed[index]
    let folder = try TemporaryDirectory()
    let path = try folder.file("x.npy", Self.file(header, data: data))
    expectError(.malformed, mentions: [mention, path]) { try NPYArray(path: path) }
  }

  @Test func refusesOtherFiles() throws {
    let folder = try TemporaryDirectory()
    expectError(.malformed, mentions: ["Python objects"]) { try NPYArray(path: Fixtures.weights("objects.npy")) }
    let long = Self.file(Self.header(), data: 8)
    for (bytes, mention) in [
      ([], "does not begin"), (Array("NUMPY".utf8), "does not begin"),
      (Self.file("", data: 0, version: 4), "version 4.0"),
      (Array(long[..<20]), "truncated"), (Array(Self.file("", data: 0, version: 2)[..<10]), "truncated"),
      ([0x93] + Array("NUMPY".utf8) + [2, 0, 0xFF, 0xFF, 0xFF, 0xFF], "would have 4294967307 bytes"),
    ] {
      let path = try folder.file("x.npy", bytes)
      expectError(.malformed, mentions: [mention, path]) { try NPYArray(path: path) }
    }
  }
}
