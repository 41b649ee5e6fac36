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

  /// `rm` of the file that is locked does not let a second process in.
  @Test func isLockedWithoutItsFile() throws {
    let directory = try TemporaryDirectory()
    let first = try RunDirectory(directory.path, mayContinue: true)
    try FileManager.default.removeItem(atPath: directory.path + "/lock")
    expectError(73, mentions: ["another process"]) { _ = try RunDirectory(directory.path, mayContinue: true) }
    withExtendedLifetime(first) {}
  }

  @Test func knowsWhenItIsGone() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/run"
    let run = try RunDirectory(path, mayContinue: false)
    expectError(73, mentions: ["removed or emptied"]) { try run.checkPresence() }
    try directory.write("run/config.yaml", "preset: tiny\n")
    try run.checkPresence()
    #expect(rename(path, directory.path + "/moved") == 0)
    try run.checkPresence()
    #expect(run.place.hasSuffix("/moved"))
    // Another one at its path is none of its own.
    let other = try RunDirectory(path, mayContinue: false)
    try FileManager.default.removeItem(atPath: directory.path + "/moved")
    expectError(73, mentions: [path, "removed or emptied"]) { try run.checkPresence() }
    withExtendedLifetime(other) {}
  }
}
