import TestSupport
import Files
import Formats
import Images
import Foundation
import Testing

/// Readers of single files.
@Suite struct FormatFuzzTests {
  @Test func safetensors() throws {
    var writer = SafetensorsWriter(metadata: ["step": "10", "architecture": "{\"width\":64}"])
    writer.add("empty", shape: [0, 4]) { [Float]() }
    writer.add("mask", shape: [3]) { [1, 0, 255] as [UInt8] }
    writer.add("weight", shape: [2, 3]) { [0, 0.25, 0.5, 0.75, 1, 1.25] as [Float] }
    writer.add("é \"q\"", shape: [1]) { [0.1] as [Double] }
    writer.add("count", shape: []) { [-7] as [Int32] }
    let file = try Fuzzing.bytes { path in _ = try writer.write(to: try OutputFile(path: path, isForced: true)) }
    let words = [
      "\"", "\\u", "\\", "{", "}", "[", "]", ":", ",", "-1", "1e9", "null", "F32", "U8", "\"shape\"", "[[[[",
    ]
    try Fuzzing.run("safetensors", damaging: [file], words: words) { path in
      let size = try InputFile(path: path).byteCount
      let file = try SafetensorsFile(path: path)
      for name in file.names {
        let bytes = try file.shape(of: name).reduce(try file.dtype(of: name).size, *)
        #expect(bytes <= size)
        if try file.dtype(of: name) == .float32 { _ = try file.floats(name) }
      }
    }
  }

  @Test func idx() throws {
    let file: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3] + (1...12)
    try Fuzzing.run("IDX", damaging: [file]) { path in
      let idx = try IDX(path: path)
      #expect(idx.dimensions.reduce(1, *) == idx.elements.count)
    }
  }

  /// A gzip file by Python's `gzip.compress(bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6]), mtime=0)`.
  @Test func gzip() throws {
    let file: [UInt8] = [
      0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0x02, 0x03, 0x63, 0x60, 0xe0, 0x60, 0x62, 0x60, 0x60, 0x60, 0x62, 0x60, 0x60,
      0x60, 0x66, 0x64, 0x62, 0x66, 0x61, 0x65, 0x03, 0x00, 0x48, 0x94, 0x3e, 0xe5, 0x12, 0, 0, 0,
    ]
    try Fuzzing.run("gzip", damaging: [file]) { path in
      let idx = try IDX(path: path)
      #expect(idx.dimensions.reduce(1, *) == idx.elements.count)
    }
  }

  @Test func png() throws {
    let pixels = (0..<192).map { UInt8($0) }
    let files =
      [
        try PNG.encode(pixels: pixels, width: 8, height: 8, channels: 3),
        try PNG.encode(pixels: pixels, width: 16, height: 12, channels: 1),
      ] + (try Self.fixtures(".png"))
    try Fuzzing.run("PNG", damaging: files, words: ["IHDR", "IDAT", "IEND", "PLTE", "tRNS", "\0\0\0\0"]) { path in
      let image = try DecodedImage(try InputFile.bytes(of: path), name: path)
      #expect(image.pixels.count == image.width * image.height * image.channels)
    }
  }

  @Test func jpeg() throws {
    try Fuzzing.run("JPEG", damaging: try Self.fixtures(".jpg"), words: ["JFIF", "Adobe", "Exif"]) { path in
      let image = try DecodedImage(try InputFile.bytes(of: path), name: path)
      #expect(image.pixels.count == image.width * image.height * image.channels)
    }
  }

  /// Nothing that a file of PyTorch says makes the reader crash, or ask for more memory than the file has bytes.
  @Test(arguments: ["legacy", "zip"]) func pyTorch(form: String) throws {
    let files = try ["state", "types", "checkpoint"].map { try Fixtures.bytes("\($0)-\(form).pth", in: "weights") }
    let words = [
      "cposix\nsystem\n", "ctorch._utils\n_rebuild_tensor_v2\n", "ctorch\nFloatStorage\n", "storage", "module", "R",
      "b", "Q", "(", "t", "u", "e", "\u{81}", "}", "]", "q\0", "h\0", "j\u{7f}\u{7f}\u{7f}\u{7f}",
      "X\u{7f}\u{7f}\u{7f}\u{7f}",
      "K\u{1}", "PK\u{1}\u{2}", "PK\u{3}\u{4}", "PK\u{5}\u{6}",
    ]
    try Fuzzing.run("PyTorch \(form)", damaging: files, words: words, read: Self.readWeights)
  }

  /// Weights in a compressed member.
  @Test func wheel() throws {
    let files = [try Fixtures.bytes("packed.whl", in: "weights")]
    try Fuzzing.run("wheel", damaging: files, words: ["PK\u{1}\u{2}", "PK\u{5}\u{6}"], read: Self.readWeights)
  }

  private static func readWeights(_ path: String) throws {
    let size = try InputFile(path: path).byteCount
    let file = try PyTorchFile(path: path)
    for name in file.names {
      let count = try file.shape(of: name).reduce(1, *)
      // A wheel is compressed, others are not.
      #expect(count <= 1032 * size)
      let read =
        try file.type(of: name).isReal ? try file.floats(name).count : try file.integers(name).count
      #expect(read == count)
    }
  }

  @Test func numPy() throws {
    let words = ["'", "(", ")", ",", "-1", "99999999999", "True", "|O", "<f8", ">f2", "'shape': (", "L", "\\"]
    let file = try Fixtures.bytes("version-1.npy", in: "weights")
    try Fuzzing.run("npy", damaging: [file], words: words, isText: true) { path in
      let size = try InputFile(path: path).byteCount
      let array = try NPYArray(path: path)
      let numbers = try array.doubles()
      #expect(numbers.count == array.shape.reduce(1, *) && numbers.count <= size)
    }
  }

  @Test func numPyArchives() throws {
    let names = ["arrays.npz", "arrays-deflated.npz", "images.npz", "images-deflated.npz", "moments.npz"]
    let files = try names.map { try Fixtures.bytes($0, in: "weights") }
    let words = ["PK\u{1}\u{2}", "PK\u{3}\u{4}", "PK\u{5}\u{6}", "mu.npy", "arr_0.npy", "'<f8'", "(9, 9)"]
    try Fuzzing.run("npz", damaging: files, words: words) { path in
      let file = try NPZFile(path: path)
      for name in file.names { _ = try file.array(name).doubles() }
      if file.contains("mu") { _ = try FeatureMoments(file) }
      if file.contains("arr_0") {
        let images = try NPZImages(file)
        let last = images.count - 1
        #expect(try images.bytes(last..<images.count).count == images.imageByteCount)
        #expect(try images.bytes(0..<images.count).count == images.count * images.imageByteCount)
        _ = try images.labels()
      }
    }
  }

  @Test func cifar10() throws {
    let record: [UInt8] = [7] + (0..<3072).map { UInt8($0 % 251) }
    let file = record + record
    try Fuzzing.run("CIFAR-10", damaging: [file]) { path in
      let batch = try CIFARBatch(try InputFile.bytes(of: path), name: path)
      #expect(batch.pixels.count == batch.labels.count * 3072 && batch.labels.allSatisfy { $0 < 10 })
    }
  }

  /// The small pictures that come with the tests.
  private static func fixtures(_ ending: String) throws -> [[UInt8]] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
      .appendingPathComponent("Fixtures/images").path
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(ending) }.sorted()
    #expect(!names.isEmpty)
    return try names.map { try InputFile.bytes(of: folder + "/" + $0) }
  }
}
