import TestSupport
import Runs
import Foundation
import Testing

@Suite struct RunDirectoryTests {
  @Test func createsWhatIsMissing() throws {
    let directory = try TemporaryDirectory()
    let run = try RunDirectory(directory.path + "/a/b/run", mayContinue: false)
    #expect(FileManager.default.fileExists(atPath: run.path))
  }

  @Test func refusesARun() throws {
    let directory = try TemporaryDirectory()
    try directory.write("config.yaml", "preset: tiny\n")
    try directory.write("metrics.jsonl", "{}\n")
    let before = try directory.contents()
    expectError(73, mentions: [directory.path, "--resume auto"]) {
      _ = try RunDirectory(directory.path, mayContinue: false)
    }
    #expect(try directory.contents() == before)
    _ = try RunDirectory(directory.path, mayContinue: true)
  }

  @Test(arguments: [false, true]) func refusesOtherFiles(mayContinue: Bool) throws {
    let directory = try TemporaryDirectory()
    try directory.write("thesis.tex", "x")
    let before = try directory.contents()
    expectError(73, mentions: [directory.path, "other files"]) {
      _ = try RunDirectory(directory.path, mayContinue: mayContinue)
    }
    expectError(73, mentions: ["thesis.tex"]) {
      _ = try RunDirectory(directory.path + "/thesis.tex", mayContinue: mayContinue)
    }
    expectError(73, mentions: ["thesis.tex"]) {
      _ = try RunDirectory(directory.path + "/thesis.tex/run", mayContinue: mayContinue)
    }
    #expect(try directory.contents() == before)
  }

  @Test func isLocked() throws {
    let directory = try TemporaryDirectory()
    let first = try RunDirectory(directory.path, mayContinue: true)
    expectError(73, mentions: ["another process"]) { _ = try RunDirectory(first.path, mayContinue: true) }
    withExtendedLifetime(first) {}
  }

  @Test func isUnlockedAtTheEnd() throws {
    let directory = try TemporaryDirectory()
    for _ in 0..<2 {
      let run = try RunDirectory(directory.path, mayContinue: false)
      withExtendedLifetime(run) {}
    }
  }
}

@Suite struct MetricsLogTests {
  @Test func lines() throws {
    let directory = try TemporaryDirectory()
    let log = try MetricsLog(path: directory.path + "/m")
    try log.append(step: 3, [("loss/generator", 0.1), ("logit/real", -.infinity)], times: [("seconds", 2)])
    #expect(
      try directory.text("m") == #"{"step":3,"loss/generator":0.1,"logit/real":null,"time/seconds":2.0}"# + "\n")
  }

  @Test(arguments: [
    (0, ""), (9, ""), (10, "{\"step\":10,\"a\":1}\n"), (25, "{\"step\":10,\"a\":1}\n{\"step\":20,\"a\":2}\n"),
    (30, "{\"step\":10,\"a\":1}\n{\"step\":20,\"a\":2}\n"),
  ])
  func isCutAfterTheResumedStep(step: Int, kept: String) throws {
    let directory = try TemporaryDirectory()
    // The last line was cut off by a kill.
    try directory.write("m", "{\"step\":10,\"a\":1}\n{\"step\":20,\"a\":2}\n{\"step\":30,\"a")
    let log = try MetricsLog(path: directory.path + "/m") { $0 <= step }
    #expect(try directory.text("m") == kept)
    try log.append(step: step + 1, [("a", 4)], times: [])
    #expect(try directory.text("m") == kept + "{\"step\":\(step + 1),\"a\":4.0}\n")
  }

  @Test func cannotBeWritten() throws {
    let path = try TemporaryDirectory().path + "/m"
    expectError(73, mentions: [path]) { _ = try MetricsLog(path: path) }
  }
}
