import TrainingTestSupport
import TestSupport
import Configuration
import Foundation
import Testing

/// Files of settings that are none.
@Suite struct ConfigurationFileTests {
  @Test(arguments: [
    ("", ["key: value", "found none"]), ("# nothing\n", ["key: value", "found none"]),
    ("width\n", ["key: value", "line 1"]), ("- width\n- 8\n", ["key: value", "line 1"]),
    ("seed: 1\nwidth: [8]\n", ["one value for width", "line 2"]),
    ("seed: 1\nwidth: {a: 8}\n", ["one value for width", "line 2"]),
    ("width: {\n", ["not a list of settings", "line"]),
    ("[1, 2]: 8\n", ["for a key", "line 1"]), ("a: b: c\n", ["mapping values", "line 1"]),
    ("seed: 1\nwidth: 8\nwidth: 16\n", ["width is set more than once", "line 2"]),
    ("seed: 1\n---\nwidth: 8\n", ["another document", "line"]), ("\twidth: 8\n", ["not a list of settings", "line 1"]),
    ("width: \"8\n", ["not a list of settings", "line"]), ("width: \u{1}\n", ["not a list of settings"]),
    ("seed: &a 1\n", ["anchor", "line 1"]), ("seed: 1\nwidth: *a\n", ["anchor", "line 2"]),
    ("a: \"# \" \n? [x, *a]\n: 1\n", ["anchor", "line 2"]),
    ("? \" # \" , [*a]\n", ["not a list of settings", "line 1"]),
  ])
  func noListOfSettings(yaml: String, mentions: [String]) {
    expectError(78, mentions: mentions + ["'some.yaml'"]) { _ = try ConfigurationFile(yaml: yaml, path: "some.yaml") }
  }

  /// What looks like an anchor inside of a text is none.
  @Test(arguments: ["*photos", "&photos", "/a/*b", "/a & *b", "a: *b", "- &c"])
  func aPathIsNoAnchor(path: String) throws {
    var settings = try TrainingSettings.tiny()
    settings.cache = path
    #expect(try TrainingSettings(yaml: settings.yaml(), path: "config.yaml") == settings)
  }

  /// What editors of Windows, and old ones of the Macintosh, make of a file.
  @Test(arguments: ["\n", "\r\n", "\r"], ["", "\u{FEFF}"]) func lineEndsAndMarks(end: String, mark: String) throws {
    let text = mark + ["preset: tiny", "# a comment", "data: folder:/a b", "seed: 7", ""].joined(separator: end)
    let settings = try TrainingSettings(yaml: text, path: "some.yaml")
    #expect((settings.preset, settings.data, settings.seed) == ("tiny", "folder:/a b", 7))
    let directory = try TemporaryDirectory()
    let file = try ConfigurationFile(path: try directory.file("config.yaml", Array(text.utf8)))
    #expect(file.preset?.value == "tiny" && file.assignments.map(\.value) == ["folder:/a b", "7"])
  }

  @Test func nestingWithoutEnd() {
    for yaml in ["[", "{", "- ", "? ", "a: {", "[{"].map({ String(repeating: $0, count: 100_000) }) {
      expectError(78, mentions: ["some.yaml"]) { _ = try ConfigurationFile(yaml: yaml, path: "some.yaml") }
    }
  }

  @Test func aliasesThatUnfoldWithoutEnd() {
    var yaml = "a0: &a0 [x, x]\n"
    for level in 1...64 { yaml += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
    yaml += "? *a64\n: 1\n? *a64\n: 2\n"
    expectError(78, mentions: ["anchor", "line 1"]) { _ = try ConfigurationFile(yaml: yaml, path: "some.yaml") }
  }

  @Test func whatOnlyLooksLikeThat() throws {
    let yaml = "# *important* & more\nseed: 1 # see *below*\ndata: fashion-mnist:/a*b/c & d\n'width': \"8\"\n"
    let file = try ConfigurationFile(yaml: yaml, path: "x")
    #expect(file.assignments.map(\.key) == ["seed", "data", "width"])
    #expect(file.assignments.map(\.value) == ["1", "fashion-mnist:/a*b/c & d", "8"])
    #expect(file.assignments.map(\.origin) == ["x:2", "x:3", "x:4"])
  }

  @Test func filesThatCannotBeRead() throws {
    let directory = try TemporaryDirectory()
    expectError(66, mentions: ["/nothing.yaml"]) { _ = try ConfigurationFile(path: directory.path + "/nothing.yaml") }
    expectError(66, mentions: ["directory"]) { _ = try ConfigurationFile(path: directory.path) }
    let path = directory.path + "/some.yaml"
    for (bytes, mention) in [
      (Data([0x77, 0xFF, 0xFE]), "UTF-8"), (Data("width: 8\n".utf16.flatMap { [UInt8($0), 0] }), "not a list"),
      (Data(repeating: 0x20, count: 2 << 20), "2097152 bytes"),
    ] {
      try bytes.write(to: URL(fileURLWithPath: path))
      expectError(78, mentions: [path, mention]) { _ = try ConfigurationFile(path: path) }
    }
  }
}
