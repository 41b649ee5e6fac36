import Datasets
import Files
import Foundation
import Images
import TestSupport
import Testing

/// Data sets in files whose names, numbers or contents contradict each other.
@Suite struct OddFileSetTests {
  private let folder: ImageFolder

  init() throws { folder = try ImageFolder() }

  private func open(_ kind: String, _ name: String = "", skips: Bool = false) throws -> any ImageDataset {
    try DataSpecification(parsing: "\(kind):\(folder.images)\(name)").open(
      ImageSpecification(resolution: 8, skipsBadImages: skips), cache: folder.cache)
  }

  /// The checksum of an array does not tell which of its images is damaged.
  @Test func noImageOfADamagedArrayIsLeftOut() throws {
    var bytes = try Fixtures.bytes("named.npz", in: "data")
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: [0, 50, 100, 3, 53, 103, 6, 56, 106]) })
    bytes[place + 500] ^= 1
    try folder.write(bytes, to: "damaged.npz")
    for skips in [false, true] {
      expectDatasetError(.file(.malformed), mentions: ["another checksum"]) {
        do {
          return try open("npz", "/damaged.npz", skips: skips)
        } catch let error as DatasetError {
          #expect(!error.message.contains("--skip-bad-images"))
          throw error
        }
      }
    }
  }

  @Test func numbersOfRecordFiles() throws {
    let records = try Fixtures.bytes("records-encoded/train-00001-of-00002", in: "data")
    try folder.write(records, to: "a/train-00001-of-00002")
    try folder.write(records, to: "a/train-00002-of-00002")
    expectDatasetError(.malformed, mentions: ["below 2", "'train-00002-of-00002'", "its right name"]) {
      try open("tfrecord", "/a")
    }
    try folder.write(records, to: "b/train-00001-of-00002")
    try folder.write(records, to: "b/train-1-of-2")
    expectDatasetError(.malformed, mentions: ["number 1 of 2", "'train-00001-of-00002' and 'train-1-of-2'"]) {
      try open("tfrecord", "/b")
    }
    // An ending does not hide the numbers.
    try folder.write(records, to: "c/train-00001-of-00002.tfrecord")
    expectDatasetError(.file(.missing), mentions: ["found 1, without number 0", "copy all"]) {
      try open("tfrecord", "/c")
    }
    try folder.write(records, to: "c/train-00000-of-00002.tfrecord")
    #expect(try open("tfrecord", "/c").count == 6)
  }

  /// What cannot be named in a message is refused and not passed over.
  @Test func namesThatAreNoText() throws {
    try folder.write(try Fixtures.bytes("records-raw/sagan.tfrecords", in: "data"), to: "one.tfrecord")
    let name = Array((folder.images + "/").utf8) + [0xFF] + Array(".tfrecord\0".utf8)
    let made = name.withUnsafeBufferPointer { bytes in
      bytes.withMemoryRebound(to: CChar.self) { fopen($0.baseAddress, "w") }
    }
    fclose(try #require(made))
    expectDatasetError(.file(.malformed), mentions: ["UTF-8", "rename"]) { try open("tfrecord") }
  }

  @Test func membersOfShards() throws {
    let image = try PNG.encode(pixels: [UInt8](repeating: 9, count: 64), width: 8, height: 8, channels: 1)
    func open(_ members: [(String, [UInt8])]) throws -> any ImageDataset {
      try folder.write(Tar.file(members), to: "x.tar")
      return try self.open("webdataset", "/x.tar")
    }
    let seven = Array("7\n".utf8)
    // What macOS puts beside files is no sample; spaces and line ends around a class are nothing.
    let source = try open([
      ("._1.png", [1]), ("1.png", image), ("1.cls", Array(" \t3\r\n".utf8)), ("__MACOSX/._2.cls", [1]),
      ("2.png", image), ("2.json", Array(#"{"caption": "a", "label": 1}"#.utf8)),
    ])
    #expect(source.count == 2 && (0..<2).map(source.label) == [3, 1])
    #expect(source.summary.findings.passedOver.count == 2)
    // A mark that combines with a slash makes no folder of its own.
    let marked = try open([("1/\u{301}a.png", image), ("1/\u{301}a.cls", seven), ("2.png", image), ("2.cls", seven)])
    #expect(marked.count == 2)
    for (members, words) in [
      ([("1.png", image), ("1.cls", Array("5 7".utf8))], "no whole number"),
      ([("1.png", image), ("1.cls", Array("5x".utf8))], "no whole number"),
      ([("1.png", image), ("1.cls", seven), ("1.cls", seven)], "two members '.cls'"),
      ([("1.png", image), ("1.cls", seven), ("1.json", Array(#"{"cls": 6}"#.utf8))], "class 7 in .cls and 6 in .json"),
      ([("1.png", image), ("1.json", Array(#"{"label": "6"}"#.utf8))], "no class"),
      ([("../\u{301}1.png", image)], "leads out of a folder"), ([("a/..", image)], "leads out of a folder"),
    ] {
      expectDatasetError(.file(.malformed), mentions: ["x.tar", words]) { try open(members) }
    }
  }

  @Test func shardsNamedByTheirFolder() throws {
    try folder.write(try Fixtures.bytes("named.npz", in: "data"), to: "a.npz")
    try folder.write(try Fixtures.bytes("planar.hdf5", in: "data"), to: "b.hdf5")
    try folder.write(Tar.file([]), to: "c-00.tar")
    expectDatasetError(.malformed, mentions: ["name the shards", "--data webdataset:\(folder.images)/c-00.tar"]) {
      try open("webdataset")
    }
    // What was asked for comes before other files.
    expectDatasetError(.malformed, mentions: ["use --data hdf5:\(folder.images)/b.hdf5"]) { try open("hdf5") }
    expectDatasetError(.malformed, mentions: ["use --data npz:\(folder.images)/a.npz"]) { try open("npz") }
  }

  /// A list of images says nothing about files outside of its folder, by whatever way it leads there.
  @Test func listsThatLeadElsewhere() throws {
    try folder.writeTone(9, to: "outside/1.png")
    try folder.writeTone(9, to: "set/in/1.png")
    func list(_ name: String) throws {
      try folder.write(Array("{\"labels\": [[\"\(name)\", 0]]}".utf8), to: "set/dataset.json")
    }
    try FileManager.default.createSymbolicLink(
      atPath: folder.images + "/set/link", withDestinationPath: folder.images + "/outside")
    try FileManager.default.createSymbolicLink(
      atPath: folder.images + "/set/inner", withDestinationPath: folder.images + "/set/in")
    try list("link/1.png")
    expectDatasetError(.malformed, mentions: ["'link'", "a link out of it", "/images/outside'"]) {
      try open("stylegan", "/set")
    }
    try list("inner/1.png")
    #expect(try open("stylegan", "/set").count == 1)
    for name in ["..\\u002f\\u0301/1.png", "in/1.png\\u0000x", "../outside/1.png"] {
      try list(name)
      expectDatasetError(.file(.malformed), mentions: ["leads out of its folder"]) { try open("stylegan", "/set") }
    }
  }
}

/// Tar files of plain members.
private enum Tar {
  static func file(_ members: [(name: String, content: [UInt8])]) -> [UInt8] {
    members.flatMap { member($0.name, $0.content) } + [UInt8](repeating: 0, count: 1024)
  }

  private static func member(_ name: String, _ content: [UInt8]) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, _ start: Int) { header.replaceSubrange(start..<start + text.utf8.count, with: text.utf8) }
    func octal(_ number: Int, _ count: Int) -> String {
      let digits = String(number, radix: 8)
      return String(repeating: "0", count: count - digits.count) + digits
    }
    put(name, 0)
    put(octal(content.count, 11), 124)
    put(String(repeating: " ", count: 8), 148)
    header[156] = UInt8(ascii: "0")
    put("ustar\u{0}00", 257)
    put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\0 ", 148)
    return header + content + [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
  }
}
