import TestSupport
import Files
import Formats
import Glibc
import Testing

@Suite struct SafetensorsAssemblyTests {
  private let directory: TemporaryDirectory
  private var path: String { directory.path + "/x" }

  init() throws { directory = try TemporaryDirectory() }

  private func start() throws -> SafetensorsAssembly {
    try SafetensorsAssembly("x", in: try Folder(directory.path), headerSpace: 512)
  }

  @Test func dataMayComeInAnyOrderAndTheHeaderLast() throws {
    let file = try start()
    try [UInt8](repeating: 9, count: 20).withUnsafeBytes { try file.write($0, at: 6) }
    try ([4, 5, 6] as [UInt8]).withUnsafeBytes { try file.write($0, at: 3) }
    try ([1, 2, 3] as [UInt8]).withUnsafeBytes { try file.write($0, at: 0) }
    var back = [UInt8](repeating: 0, count: 4)
    try back.withUnsafeMutableBytes { try file.read(into: $0, at: 2) }
    #expect(back == [3, 4, 5, 6])
    #expect(directory.names.count == 1 && directory.names.allSatisfy(TemporaryName.isOne))
    try file.finish([.init("a", .uint8, shape: [4]), .init("b", .uint8, shape: [2, 2])], metadata: ["key": "\"v\""])
    #expect(directory.names == ["x"])
    let read = try SafetensorsFile(path: path)
    #expect(read.metadata == ["key": "\"v\""])
    #expect(try read.bytes("a", shape: [4]) == [1, 2, 3, 4])
    #expect(try read.bytes("b", shape: [2, 2]) == [5, 6, 9, 9])
    let mapped = try MappedFile(path: path)
    #expect(Array(mapped.bytes) == (try directory.content("x")))
    #expect(Array(mapped.bytes[try read.place(of: "b")]) == [5, 6, 9, 9])
  }

  @Test func anUnfinishedFileLeavesNothing() throws {
    _ = try directory.file("x", [7])
    do {
      let file = try start()
      try [UInt8](repeating: 1, count: 100).withUnsafeBytes { try file.write($0, at: 0) }
    }
    #expect(directory.names == ["x"])
    #expect(try directory.content("x") == [7])
  }

  @Test func placesThatCannotBeWritten() throws {
    try Directory.create(directory.path + "/d")
    expectError(.cannotCreate, mentions: ["/d"]) {
      try SafetensorsAssembly("d", in: try Folder(directory.path), headerSpace: 512)
    }
    expectError(.malformed, mentions: ["empty"]) { try MappedFile(path: try directory.file("empty", [])) }
    expectError(.missing, mentions: ["none"]) { try MappedFile(path: directory.path + "/none") }
  }
}
