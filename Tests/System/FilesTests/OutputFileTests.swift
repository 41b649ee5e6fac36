import TestSupport
import Files
import Foundation
import Testing

@Suite struct OutputFileTests {
  @Test func aFullDiskIsReportedAndLeavesWhatWasThere() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.file("x", [1, 2, 3])
    // Bytes go to x.partial first; a link makes that the device that is always full.
    try FileManager.default.createSymbolicLink(atPath: path + ".partial", withDestinationPath: "/dev/full")
    expectError(.cannotCreate, mentions: [path, "No space left", "free space"]) {
      try OutputFile.write([UInt8](repeating: 0, count: 100), to: path)
    }
    #expect(directory.names == ["x"])
    #expect(try directory.content("x") == [1, 2, 3])
  }

  @Test func aMissingDirectoryIsReported() throws {
    let directory = try TemporaryDirectory()
    expectError(.cannotCreate, mentions: ["none/x", "create its directory"]) {
      try OutputFile.write([1], to: directory.path + "/none/x")
    }
  }

  @Test func aDirectoryInThePlaceOfTheFileIsReported() throws {
    let directory = try TemporaryDirectory()
    try FileManager.default.createDirectory(atPath: directory.path + "/x", withIntermediateDirectories: false)
    expectError(.cannotCreate, mentions: [directory.path + "/x"]) {
      try OutputFile.write([1], to: directory.path + "/x")
    }
    #expect(directory.names == ["x"])
  }

  @Test func aFileThatIsNotFinishedDoesNotAppear() throws {
    let directory = try TemporaryDirectory()
    do {
      let file = try OutputFile(path: directory.path + "/x")
      try file.append([1, 2, 3] as [UInt8])
      #expect(directory.names == ["x.partial"])
    }
    #expect(directory.names.isEmpty)
  }

  @Test func replacesAFile() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.file("x", [1, 2, 3])
    let summary = try OutputFile.write([4, 5], to: path)
    #expect(try directory.content("x") == [4, 5])
    #expect(try InputFile.bytes(of: path) == [4, 5])
    #expect(summary.byteCount == 2)
  }
}
