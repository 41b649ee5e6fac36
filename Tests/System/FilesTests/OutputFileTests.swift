import TestSupport
import Files
import Foundation
import Testing

@Suite struct OutputFileTests {
  @Test func aMissingDirectoryIsReported() throws {
    let directory = try TemporaryDirectory()
    expectError(.cannotCreate, mentions: ["none/x", "create its directory"]) {
      try OutputFile.write([1], to: directory.path + "/none/x")
    }
  }

  @Test func aDirectoryInThePlaceOfTheFileIsReported() throws {
    let directory = try TemporaryDirectory()
    try FileManager.default.createDirectory(atPath: directory.path + "/x", withIntermediateDirectories: false)
    expectError(.cannotCreate, mentions: ["/x'"]) {
      try OutputFile.write([1], to: directory.path + "/x")
    }
    #expect(directory.names == ["x"])
  }

  @Test func aFileThatIsNotFinishedDoesNotAppear() throws {
    let directory = try TemporaryDirectory()
    do {
      let file = try OutputFile(path: directory.path + "/x")
      try file.append([1, 2, 3] as [UInt8])
      #expect(directory.names.count == 1 && directory.names.allSatisfy(TemporaryName.isOne))
    }
    #expect(directory.names.isEmpty)
  }

  @Test func replacesAFileOnlyWhereThatIsWanted() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.file("x", [1, 2, 3])
    expectError(.cannotCreate, mentions: ["/x'", "found a file", "--force"]) { try OutputFile.write([4, 5], to: path) }
    #expect(try directory.content("x") == [1, 2, 3])
    let summary = try OutputFile.write([4, 5], to: path, isForced: true)
    #expect(try InputFile.bytes(of: path) == [4, 5])
    #expect(summary.byteCount == 2)
    let folder = try Folder(directory.path)
    try OutputFile.write([6], to: "x", in: folder)
    #expect(try directory.content("x") == [6])
    #expect(directory.names == ["x"])
  }

  /// Between the first look and the end somebody else can make a file of the name.
  @Test func whatAppearsMeanwhileStays() throws {
    let directory = try TemporaryDirectory()
    let file = try OutputFile(path: directory.path + "/x")
    try file.append([1] as [UInt8])
    try directory.write("x", "mine")
    expectError(.cannotCreate, mentions: ["/x", "found a file"]) { try file.finish() }
    #expect(try directory.text("x") == "mine")
  }

  @Test(arguments: [false, true]) func linksStay(isForced: Bool) throws {
    let directory = try TemporaryDirectory()
    try directory.write("victim", "mine")
    for (name, target) in [("a", "victim"), ("b", "nothing")] {
      let path = directory.path + "/" + name
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: directory.path + "/" + target)
      expectError(.cannotCreate, mentions: ["/\(name)'", "found a link"]) {
        try OutputFile.write([1], to: path, isForced: isForced)
      }
    }
    #expect(try directory.text("victim") == "mine")
    #expect(Set(directory.names) == ["a", "b", "victim"])
  }

  @Test func pipesAndDevicesAreWrittenTo() throws {
    let directory = try TemporaryDirectory()
    let pipe = directory.path + "/pipe"
    #expect(mkfifo(pipe, 0o600) == 0)
    let reader = open(pipe, O_RDONLY | O_NONBLOCK)
    try OutputFile.write([1, 2, 3], to: pipe)
    var bytes = [UInt8](repeating: 0, count: 8)
    #expect(read(reader, &bytes, 8) == 3 && bytes[..<3] == [1, 2, 3])
    close(reader)
    try OutputFile.write([1], to: "/dev/null")
    // A link to a device, as /dev/stdout is one, leads to it.
    try FileManager.default.createSymbolicLink(atPath: directory.path + "/null", withDestinationPath: "/dev/null")
    try OutputFile.write([1], to: directory.path + "/null")
    #expect(Set(directory.names) == ["null", "pipe"])
    expectError(.cannotCreate, mentions: ["/dev/full", "No space left"]) { try OutputFile.write([1], to: "/dev/full") }
  }

  /// Others' files and links whose names look unfinished are nobody's business.
  @Test func onlyNamesOfTheProgramsOwnAreCleanedUp() throws {
    let directory = try TemporaryDirectory()
    let others = [
      "x.partial", ".sagan-1.partial", ".sagan-" + String(repeating: "A", count: 32) + ".partial", "Cargo.lock",
    ]
    for name in others { try directory.write(name, "mine") }
    let abandoned = ".sagan-" + String(repeating: "0f", count: 16) + ".partial"
    try directory.write(abandoned, "half")
    let link = ".sagan-" + String(repeating: "1e", count: 16) + ".partial"
    try FileManager.default.createSymbolicLink(
      atPath: directory.path + "/" + link, withDestinationPath: directory.path + "/x.partial")
    let folder = try Folder(directory.path)
    let living = try OutputFile("y", in: folder)
    let before = Set(directory.names)
    folder.removeAbandoned(filesOfFolders: ["a"])
    #expect(Set(directory.names) == before.subtracting([abandoned]))
    _ = try living.finish()
    for name in others { #expect(try directory.text(name) == "mine") }
  }

  @Test func foldersLoseOnlyTheProgramsOwnFiles() throws {
    let directory = try TemporaryDirectory()
    let folder = try Folder(directory.path)
    let (name, inner) = try folder.makeTemporaryFolder()
    for file in ["a", "b"] { try OutputFile.write([1], to: file, in: inner) }
    try directory.write(name + "/notes.txt", "mine")
    #expect(!folder.discard(name, files: ["a", "b"]))
    #expect(try inner.names() == ["notes.txt"])
    try inner.remove("notes.txt")
    #expect(folder.discard(name, files: ["a", "b"]))
    #expect(inner.isRemoved && directory.names.isEmpty)
  }

  /// Folders stay the same ones when they are moved, and what is made at their paths is none of theirs.
  @Test func foldersAreMoreThanPaths() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/run"
    try Directory.create(path)
    let folder = try Folder(path)
    let file = try OutputFile("x", in: folder)
    #expect(rename(path, directory.path + "/old") == 0)
    try Directory.create(path)
    _ = try file.finish()
    try OutputFile.write([1], to: "y", in: folder)
    #expect(try Directory.names(in: path).isEmpty)
    #expect(folder.place == directory.path + "/old" || folder.place.hasSuffix("/old"))
    #expect(try folder.names().compactMap { $0 }.sorted() == ["x", "y"])
    #expect(!folder.isRemoved)
    try FileManager.default.removeItem(atPath: directory.path + "/old")
    #expect(folder.isRemoved)
    expectError(.cannotCreate, mentions: ["No such file"]) { try OutputFile.write([1], to: "z", in: folder) }
  }
}
