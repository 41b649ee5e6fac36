import Files
import Foundation
import TestSupport
import Testing

@Suite struct AppendedFileTests {
  @Test func additionsFollowWhatIsThere() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.file("x", [1, 2])
    let folder = try Folder(directory.path)
    for addition: UInt8 in [3, 4] {
      let file = try AppendedFile("x", in: folder)
      try file.append([addition])
      try file.flush()
    }
    #expect(try directory.content("x") == [1, 2, 3, 4])
    expectError(.cannotCreate, mentions: [path, "exists"]) { try AppendedFile("x", in: folder, isNew: true) }
  }

  @Test func placesWithoutAFile() throws {
    let directory = try TemporaryDirectory()
    let folder = try Folder(directory.path)
    try FileManager.default.createDirectory(atPath: directory.path + "/d", withIntermediateDirectories: false)
    #expect(mkfifo(directory.path + "/pipe", 0o600) == 0)
    expectError(.cannotCreate, mentions: [directory.path + "/d"]) { try AppendedFile("d", in: folder) }
    expectError(.cannotCreate, mentions: ["/pipe", "found a pipe"]) { try AppendedFile("pipe", in: folder) }
  }

  @Test func linksAreNotFollowed() throws {
    let directory = try TemporaryDirectory()
    let folder = try Folder(directory.path)
    try directory.write("victim", "mine")
    for (name, target) in [("a", "victim"), ("b", "nothing")] {
      try FileManager.default.createSymbolicLink(
        atPath: directory.path + "/" + name, withDestinationPath: directory.path + "/" + target)
      expectError(.cannotCreate, mentions: ["/" + name, "link"]) { try AppendedFile(name, in: folder) }
    }
    #expect(try directory.text("victim") == "mine")
    #expect(Set(directory.names) == ["a", "b", "victim"])
  }

  /// What an editor saves replaces the file that was open.
  @Test func additionsGoToWhatHasTheName() throws {
    let directory = try TemporaryDirectory()
    let file = try AppendedFile("x", in: try Folder(directory.path))
    try file.append([1])
    try FileManager.default.removeItem(atPath: directory.path + "/x")
    try file.append([2])
    #expect(try directory.content("x") == [2])
    _ = try directory.file("y", [7])
    #expect(rename(directory.path + "/y", directory.path + "/x") == 0)
    try file.append([3])
    #expect(try directory.content("x") == [7, 3])
  }
}
