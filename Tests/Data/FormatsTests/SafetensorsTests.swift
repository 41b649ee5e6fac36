import TestSupport
import Files
import Formats
import Testing

@Suite struct SafetensorsTests {
  /// A file by the reference implementation, safetensors 0.8.0 for Python.
  ///
  ///     save({"b.weight": np.arange(6, dtype="f4").reshape(2, 3) / 4, "a.mask": np.array([1, 0, 255], "u1"),
  ///           "count": np.array(-7, "i4"), 'é "q"': np.array([0.1]), "empty": np.zeros((0, 4), "f4")},
  ///          metadata={"step": "10"}).hex()
  static let reference = bytes(
    hexadecimal: """
      50010000000000007b225f5f6d657461646174615f5f223a7b2273746570223a223130227d2c22c3a9205c22715c2222
      3a7b226474797065223a22463634222c227368617065223a5b315d2c22646174615f6f666673657473223a5b302c385d
      7d2c22622e776569676874223a7b226474797065223a22463332222c227368617065223a5b322c335d2c22646174615f
      6f666673657473223a5b382c33325d7d2c22656d707479223a7b226474797065223a22463332222c227368617065223a
      5b302c345d2c22646174615f6f666673657473223a5b33322c33325d7d2c22636f756e74223a7b226474797065223a22
      493332222c227368617065223a5b5d2c22646174615f6f666673657473223a5b33322c33365d7d2c22612e6d61736b22
      3a7b226474797065223a225538222c227368617065223a5b335d2c22646174615f6f666673657473223a5b33362c3339
      5d7d7d20202020209a9999999999b93f000000000000803e0000003f0000403f0000803f0000a03ff9ffffff0100ff
      """)

  /// The content of `reference`, added in another order.
  static func sample() -> SafetensorsWriter {
    var writer = SafetensorsWriter(metadata: ["step": "10"])
    writer.add("empty", shape: [0, 4]) { [Float]() }
    writer.add("a.mask", shape: [3]) { [1, 0, 255] as [UInt8] }
    writer.add("b.weight", shape: [2, 3]) { [0, 0.25, 0.5, 0.75, 1, 1.25] as [Float] }
    writer.add("é \"q\"", shape: [1]) { [0.1] as [Double] }
    writer.add("count", shape: []) { [-7] as [Int32] }
    return writer
  }

  @Test func writesTheReferenceWritersBytes() throws {
    let directory = try TemporaryDirectory()
    let summary = try Self.sample().write(to: try OutputFile(path: directory.path + "/x.safetensors", isForced: true))
    #expect(try directory.content("x.safetensors") == Self.reference)
    #expect(directory.names == ["x.safetensors"])
    #expect(summary.byteCount == Self.reference.count)
    let fingerprint = Fingerprint()
    fingerprint.update(Self.reference)
    #expect(summary.checksum == fingerprint.hexadecimal)
    #expect(try InputFile.summary(of: directory.path + "/x.safetensors") == summary)
  }

  @Test func partsMakeTheSameBytesAsTheWhole() throws {
    let directory = try TemporaryDirectory()
    var (whole, inParts) = (SafetensorsWriter(), SafetensorsWriter())
    whole.add("x", shape: [2, 3]) { [0, 1, 2, 3, 4, 5] as [Float] }
    inParts.add(
      "x", shape: [2, 3],
      parts: { (append: ([Float]) throws(FileError) -> Void) throws(FileError) in
        for part in [[0, 1, 2], [], [3, 4, 5]] as [[Float]] { try append(part) }
      })
    try whole.write(to: try OutputFile(path: directory.path + "/whole", isForced: true))
    try inParts.write(to: try OutputFile(path: directory.path + "/parts", isForced: true))
    #expect(try directory.content("whole") == directory.content("parts"))
  }

  @Test func readsTheReferenceWritersBytes() throws {
    let directory = try TemporaryDirectory()
    let file = try SafetensorsFile(path: try directory.file("x", Self.reference))
    #expect(file.metadata == ["step": "10"])
    #expect(file.names == ["é \"q\"", "b.weight", "empty", "count", "a.mask"])
    #expect(try file.floats("b.weight", shape: [2, 3]) == [0, 0.25, 0.5, 0.75, 1, 1.25])
    #expect(try file.doubles("é \"q\"") == [0.1])
    #expect(try file.int32s("count", shape: []) == [-7])
    #expect(try file.bytes("a.mask") == [1, 0, 255])
    #expect(try file.floats("empty").isEmpty)
    #expect(try file.shape(of: "empty") == [0, 4])
    #expect(try file.dtype(of: "count") == .int32)
  }

  @Test func narrowsOnlyWhenAskedAndWidensAlways() throws {
    let directory = try TemporaryDirectory()
    let file = try SafetensorsFile(path: try directory.file("x", Self.reference))
    expectError(.malformed, mentions: ["é", "F32", "F64"]) { try file.floats("é \"q\"") }
    #expect(try file.doubles("b.weight") == [0, 0.25, 0.5, 0.75, 1, 1.25])
  }

  @Test func saysWhatATensorShouldHaveBeen() throws {
    let directory = try TemporaryDirectory()
    let file = try SafetensorsFile(path: try directory.file("x", Self.reference))
    expectError(.malformed, mentions: ["'conv'", "b.weight", file.path]) { try file.floats("conv") }
    expectError(.malformed, mentions: ["[3, 2]", "[2, 3]"]) { try file.floats("b.weight", shape: [3, 2]) }
    expectError(.malformed, mentions: ["U8", "F32"]) { try file.bytes("b.weight") }
  }

  @Test func roundTripsTextsThatJSONMustEscape() throws {
    let directory = try TemporaryDirectory()
    let metadata = ["a\"\\\n\t\r\u{8}\u{c}\u{1}": "日本 \u{1F600} /", "": ""]
    var writer = SafetensorsWriter(metadata: metadata)
    writer.add("na\\me\n", shape: [1]) { [1] as [Float] }
    try writer.write(to: try OutputFile(path: directory.path + "/x", isForced: true))
    let file = try SafetensorsFile(path: directory.path + "/x")
    #expect(file.metadata == metadata)
    #expect(file.names == ["na\\me\n"])
  }

  @Test func writesAndReadsAFileWithoutTensors() throws {
    let directory = try TemporaryDirectory()
    try SafetensorsWriter().write(to: try OutputFile(path: directory.path + "/x", isForced: true))
    let file = try SafetensorsFile(path: directory.path + "/x")
    #expect(file.names.isEmpty && file.metadata.isEmpty)
    expectError(.malformed, mentions: ["'w'", "0 others"]) { try file.floats("w") }
  }

  @Test func asksForOneTensorAtATime() throws {
    let directory = try TemporaryDirectory()
    var writer = SafetensorsWriter()
    var asked: [String] = []
    writer.add("late", shape: [1]) {
      asked.append("late")
      return [1] as [Float]
    }
    writer.add("early", shape: [1]) {
      asked.append("early")
      return [2] as [Float]
    }
    #expect(asked.isEmpty)
    try writer.write(to: try OutputFile(path: directory.path + "/x", isForced: true))
    #expect(asked == ["early", "late"])
  }
}
