import Files
import Foundation
import TestSupport
import Testing

@Suite struct KeptItemTests {
  private let directory: TemporaryDirectory
  private let cache: Folder

  init() throws {
    directory = try TemporaryDirectory()
    cache = try Folder(directory.path)
  }

  private func make(_ path: String, _ text: String = "abc") throws {
    try FileManager.default.createDirectory(
      atPath: Directory.split(directory.path + "/" + path).folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: directory.path + "/" + path))
  }

  private func link(_ path: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: directory.path + "/" + path, withDestinationPath: target)
  }

  private func exists(_ path: String) -> Bool { FolderEntry(directory.path + "/" + path).isThere }

  @Test func aFileIsRemoved() throws {
    try make("a")
    let item = try #require(KeptItem(file: "a", in: cache, "text"))
    #expect((item.name, item.text, item.byteCount) == ("a", "text", 3))
    #expect(abs(item.used - FileStatus.now) < 3_600_000_000_000)
    #expect(try item.remove(from: cache) == .removed)
    #expect(!exists("a"))
    #expect(try item.remove(from: cache) == .changed)
  }

  @Test func aFileThatIsUsedStays() throws {
    try make("a")
    let item = try #require(KeptItem(file: "a", in: cache, ""))
    do {
      let (first, second) = (try InputFile(path: directory.path + "/a"), try InputFile(path: directory.path + "/a"))
      first.noteUse()
      second.noteUse()
      #expect(try item.remove(from: cache) == .inUse)
      withExtendedLifetime((first, second)) {}
    }
    #expect(exists("a"))
    // Whatever was used since it was looked at stays as well.
    #expect(try item.remove(from: cache) == .changed)
    #expect(try #require(KeptItem(file: "a", in: cache, "")).remove(from: cache) == .removed)
  }

  @Test func whatHasTheNameByNowStays() throws {
    try make("a")
    let item = try #require(KeptItem(file: "a", in: cache, ""))
    try make("b", "other")
    try FileManager.default.removeItem(atPath: directory.path + "/a")
    try FileManager.default.moveItem(atPath: directory.path + "/b", toPath: directory.path + "/a")
    #expect(try item.remove(from: cache) == .changed)
    try FileManager.default.removeItem(atPath: directory.path + "/a")
    try make("c")
    try link("a", to: "c")
    #expect(try item.remove(from: cache) == .changed)
    #expect(exists("a") && exists("c"))
  }

  @Test func linksAndFoldersAreNoFiles() throws {
    try make("outside/a")
    try link("a", to: "outside/a")
    try link("dead", to: "nowhere")
    for name in ["a", "dead", "outside", "nothing"] { #expect(KeptItem(file: name, in: cache, "") == nil) }
  }

  @Test func aFolderIsRemovedWithItsFiles() throws {
    try make("features/key/a")
    try make("features/key/b", "12345")
    let path = ["features", "key"]
    let item = try #require(KeptItem(folder: path, in: cache, files: ["a", "b"], ""))
    #expect((item.name, item.byteCount) == ("features/key", 8))
    do {
      let user = try #require(cache.ownFolder(path))
      user.noteUse()
      #expect(try item.remove(from: cache) == .inUse)
      withExtendedLifetime(user) {}
    }
    #expect(exists("features/key/a") && exists("features/key/b"))
    #expect(try item.remove(from: cache) == .removed)
    #expect(!exists("features/key") && exists("features"))
    #expect(try item.remove(from: cache) == .changed)
  }

  @Test func otherFilesOfAFolderStay() throws {
    for name in ["a", "mine", "b"] { try make("features/key/" + name) }
    let item = try #require(KeptItem(folder: ["features", "key"], in: cache, files: ["a", "b"], ""))
    // Another file of the name, since.
    try make("c")
    try FileManager.default.removeItem(atPath: directory.path + "/features/key/b")
    try FileManager.default.moveItem(atPath: directory.path + "/c", toPath: directory.path + "/features/key/b")
    #expect(try item.remove(from: cache) == .removed)
    #expect(!exists("features/key/a") && exists("features/key/mine") && exists("features/key/b"))
  }

  @Test func noLinkIsFollowedToAFolder() throws {
    try make("elsewhere/key/a")
    try link("features", to: "elsewhere")
    #expect(KeptItem(folder: ["features", "key"], in: cache, files: ["a"], "") == nil)
    #expect(cache.ownFolder(["features"]) == nil && cache.ownFolder(["elsewhere", "key"]) != nil)
    // Nor where the link has come since.
    let item = try #require(KeptItem(folder: ["elsewhere", "key"], in: cache, files: ["a"], ""))
    try FileManager.default.moveItem(atPath: directory.path + "/elsewhere", toPath: directory.path + "/moved")
    try link("elsewhere", to: "moved")
    #expect(try item.remove(from: cache) == .changed)
    #expect(exists("moved/key/a"))
  }

  @Test func whatIsWrittenStaysAndWhatAKilledProcessLeftGoes() throws {
    let left = ".sagan-" + String(repeating: "1", count: 32) + ".partial"
    try make(left)
    try make(".sagan-mine.partial")
    let writer = try OutputFile("a", in: cache)
    try writer.append([UInt8(1)])
    let items = UnfinishedFiles.items(in: cache)
    #expect(items.count == 2)
    let outcomes = try items.map { try $0.remove(from: cache) }
    #expect(outcomes.count { $0 == .removed } == 1 && outcomes.count { $0 == .inUse } == 1)
    #expect(!exists(left) && exists(".sagan-mine.partial"))
    _ = try writer.finish()
    #expect(exists("a"))
  }

  @Test func useIsATime() throws {
    try make("a")
    let long = Date(timeIntervalSinceNow: -1e6)
    try FileManager.default.setAttributes([.modificationDate: long], ofItemAtPath: directory.path + "/a")
    let before = try #require(KeptItem(file: "a", in: cache, "")).used
    cache.noteUse(of: "a")
    #expect(try #require(KeptItem(file: "a", in: cache, "")).used > before + 900_000 * 1_000_000_000)
  }
}

extension FolderEntry {
  fileprivate var isThere: Bool { if case .unknown = self { false } else { true } }
}
