import Files
import Foundation
import Runs
import TestSupport
import Testing

@Suite struct MetricsLogTests {
  private let directory: TemporaryDirectory
  private let folder: Folder

  init() throws {
    directory = try TemporaryDirectory()
    folder = try Folder(directory.path)
  }

  private func line(_ step: Int) -> String { "{\"step\":\(step),\"a\":1}\n" }

  /// Opens the log of a run that goes on after a step.
  @discardableResult
  private func open(_ text: String, after step: Int) throws -> MetricsLog {
    try directory.write("metrics.jsonl", text)
    return try MetricsLog(in: folder) { $0 <= step }
  }

  private var text: String { get throws { try directory.text("metrics.jsonl") } }

  @Test func lines() throws {
    let log = try MetricsLog(in: folder) { _ in true }
    try log.append(step: 3, [("loss/generator", 0.1), ("logit/real", -.infinity)], times: [("seconds", 2)])
    #expect(try text == #"{"step":3,"loss/generator":0.1,"logit/real":null,"time/seconds":2.0}"# + "\n")
  }

  @Test(arguments: [(0, 0), (9, 0), (10, 1), (25, 2), (30, 2)])
  func isCutAfterTheResumedStep(step: Int, kept: Int) throws {
    // The last line was cut off by a kill.
    let log = try open(line(10) + line(20) + "{\"step\":30,\"a", after: step)
    let left = [line(10), line(20)][..<kept].joined()
    #expect(try text == left)
    #expect(log.warning == nil)
    try log.append(step: step + 1, [("a", 4)], times: [])
    #expect(try text == left + "{\"step\":\(step + 1),\"a\":4.0}\n")
    #expect(directory.names == ["metrics.jsonl"])
  }

  /// What no kill leaves is somebody's, and stays.
  @Test(arguments: [
    "# a comment\n", "\n", "{\"step\":2,\"note\":1\n", "{\"step\":99999999999999999999}\n", "\0\0\n",
    String(repeating: "x", count: 200_000) + "\n",
  ])
  func unfamiliarLinesStay(other: String) throws {
    for text in [other + line(1) + line(2), line(1) + other + line(2), line(1) + line(2) + other] {
      let log = try open(text + line(3), after: 2)
      if text.hasSuffix(other) {
        #expect(try self.text == text)
        #expect(log.warning?.contains("1 line") == true)
      } else {
        #expect(try self.text == text)
        #expect(log.warning?.contains("did not write") == true)
      }
      #expect(directory.names == ["metrics.jsonl"])
    }
  }

  @Test func whatStandsAmongLaterStepsIsKeptAndSoIsTheFile() throws {
    let before = line(1) + line(3) + "# mine\n" + line(4)
    let log = try open(before, after: 2)
    #expect(try text == line(1) + "# mine\n")
    #expect(try directory.text("metrics.jsonl.kept") == before)
    #expect(log.warning?.contains("metrics.jsonl.kept") == true)
    try open(line(3) + line(1), after: 2)
    #expect(try text == line(1))
    #expect(try directory.text("metrics.jsonl.kept-2") == line(3) + line(1))
  }

  @Test func otherHandwritingIsRead() throws {
    let text = "{\"step\":1,\"a\":1}\r\n{ \"step\": 2, \"a\": null }\n"
    #expect(try open(text + " {\"a\":1,\"step\":3}\n", after: 2).warning == nil)
    #expect(try self.text == text)
    // An editor may drop the last line's end.
    try open(String(text.dropLast()), after: 2)
    #expect(try self.text == text)
    #expect(try open(text + "a note", after: 2).warning != nil)
    #expect(try self.text == text + "a note\n")
  }

  /// A power cut can leave zeros, of which a file can claim more than a disk has.
  @Test func zerosAtTheEndAreCut() throws {
    try directory.write("metrics.jsonl", line(1) + "\0\0\0")
    #expect(truncate(directory.path + "/metrics.jsonl", 1 << 40) == 0)
    #expect(try MetricsLog(in: folder) { $0 <= 2 }.warning == nil)
    #expect(try text == line(1))
  }

  @Test func cannotBeWritten() throws {
    try FileManager.default.createDirectory(
      atPath: directory.path + "/metrics.jsonl", withIntermediateDirectories: false)
    expectError(73, mentions: ["/metrics.jsonl"]) { _ = try MetricsLog(in: folder) { _ in true } }
  }
}
