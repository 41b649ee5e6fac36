import Files
import Formats
import TestSupport
import Testing

/// `dataset.json` of StyleGAN's programs.
@Suite struct StyleGANLabelsTests {
  private static func read(_ text: String) throws -> StyleGANLabels {
    try StyleGANLabels(Array(text.utf8), path: "dataset.json")
  }

  @Test func namesAreSorted() throws {
    let labels = try Self.read(
      #"{"a": [1, -2.5e3, {"b": "}"}], "labels": [["b.png", 7], ["a/\u00e9.png", 0]], "c": null}"#)
    #expect(labels.images.map(\.name) == ["a/é.png", "b.png"] && labels.images.map(\.label) == [0, 7])
  }

  @Test(arguments: [
    (#"{"labels": null}"#, "no classes"), (#"{"labels": []}"#, "no 'labels'"), (#"{}"#, "no 'labels'"),
    (#"{"labels": [["a", 1], ["a", 2]]}"#, "'a' twice"), (#"{"labels": [], "labels": []}"#, "'labels' twice"),
    (#"{"labels": [["a", [0.5, 0.5]]]}"#, "no natural number"), (#"{"labels": [["a", 0.5]]}"#, "malformed"),
    (#"{"labels": [["a"]]}"#, "entry 0"), (#"{"labels": [["a", 1, 2]]}"#, "more than a name"),
    (#"{"labels": [["a", 1000000]]}"#, "entry 0"), (#"{"labels": [["../a", 1]]}"#, "leads out of its folder"),
    (#"{"labels": [["/a", 1]]}"#, "leads out of its folder"), (#"{"labels": [["a//b", 1]]}"#, "leads out"),
    (#"{"labels": [["../\u0301a", 1]]}"#, "leads out"), (#"{"labels": [["a\u0000b", 1]]}"#, "leads out"),
    ("", "its text is malformed at byte 0"), (#"{"labels": [["a", 1]]} x"#, "more text"), (#"[["a", 1]]"#, "malformed"),
    (#"{"x": "# + String(repeating: "[", count: 200), "100 deep"), (#"{"x": nul}"#, "no value"),
  ]) func whatIsRefused(text: String, words: String) {
    expectError(.malformed, mentions: ["'dataset.json'", words]) { try Self.read(text) }
  }
}
