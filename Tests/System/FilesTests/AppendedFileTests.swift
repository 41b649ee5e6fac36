import TestSupport
import Files
import Foundation
import Testing

@Suite struct AppendedFileTests {
  @Test func additionsFollowWhatIsThere() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.file("x", [1, 2])
    for addition: UInt8 in [3, 4] {
      let file = try AppendedFile(path: path)
      try file.append([addition])
      try file.flush()
    }
    #expect(try directory.content("x") == [1, 2, 3, 4])
    expectError(.cannotCreate, mentions: [path, "exists"]) { try AppendedFile(path: path, isNew: true) }
  }

  @Test func placesWithoutAFile() throws {
    let directory = try TemporaryDirectory()
    expectError(.cannotCreate, mentions: ["none/x"]) { try AppendedFile(path: directory.path + "/none/x") }
    expectError(.cannotCreate, mentions: [directory.path]) { try AppendedFile(path: directory.path) }
    expectError(.cannotCreate, mentions: ["/dev/full", "device"]) { try AppendedFile(path: "/dev/full") }
  }
}
