import DataParallel
import Datasets
import Files
import Formats
import Images
import Packing
import TestSupport
import Testing

/// Readers of files that hold whole data sets.
@Suite struct ImageSetFuzzTests {
  private static func fixtures(_ names: String...) throws -> [[UInt8]] {
    try names.map { try Fixtures.bytes($0, in: "data") }
  }

  /// CIFAR for Python: nothing that a file says is called, and no more memory asked for than it has bytes.
  @Test func pickledCIFAR() throws {
    let words = [
      "cposix\nsystem\n", "cnumpy.core.multiarray\n_reconstruct\n", "cnumpy\ndtype\n", "u1", "R", "b", "(", "t", "e",
      "u",
      "U\u{7f}", "T\u{7f}\u{7f}\u{7f}\u{7f}", "B\0\0\0\u{7f}", "labels", "data", "K\u{1}", "q\0", "h\0",
    ]
    let files = try Self.fixtures("cifar-100-python/test", "cifar-100-python3/test")
    try Fuzzing.run("pickled CIFAR", damaging: files, words: words) { path in
      let batch = try CIFARBatch(pickle: path, .cifar100, memory: 1 << 30)
      #expect(batch.pixels.count == batch.labels.count * 3072 && batch.labels.allSatisfy { $0 < 100 })
      #expect(batch.coarseLabels.count == batch.labels.count && batch.coarseLabels.allSatisfy { $0 < 20 })
    }
  }

  @Test func labelledArrays() throws {
    let files = try Self.fixtures("named.npz", "named-deflated.npz", "exchanged.npz")
    let words = [
      "PK\u{1}\u{2}", "PK\u{3}\u{4}", "PK\u{5}\u{6}", "images.npy", "labels.npy", "arr_1", "'|u1'", "(9, 9)",
    ]
    try Fuzzing.run("labelled npz", damaging: files, words: words) { path in
      let file = try NPZFile(path: path)
      let (pixels, labels) = file.contains("images") ? ("images", "labels") : ("arr_0", "arr_1")
      let images = try NPZImages(file, name: pixels, comparesChecksum: true)
      #expect(try images.labels(required: labels).count == images.count)
      for index in 0..<min(images.count, 16) {
        #expect(try images.bytes(index..<index + 1).count == images.imageByteCount)
      }
    }
  }

  @Test func tarFiles() throws {
    let files = try Self.fixtures("shards-001.tar", "pax.tar", "gnu.tar")
    let words = [
      "ustar\0", "00000000012\0", "77777777777\0", "\u{FF}\u{FF}", "../", "/", "30 path=", "size=", "\0\0\0\0",
    ]
    for isSealed in [false, true] {
      try Fuzzing.run("tar", damaging: files, words: words, seal: { isSealed ? Self.summed($0) : $0 }) { path in
        let size = try InputFile(path: path).byteCount
        let file = try TarFile(path: path)
        for member in file.members {
          #expect(!member.name.hasPrefix("/") && !member.name.split(separator: "/").contains(".."))
          #expect(member.range.upperBound <= size)
          _ = try file.bytes(of: member)
        }
      }
    }
  }

  /// The file with the sums of all that look like headers made right.
  private static func summed(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for start in stride(from: 0, to: bytes.count - 511, by: 512)
    where bytes[start + 257..<start + 262].elementsEqual(Array("ustar".utf8)) {
      bytes.replaceSubrange(start + 148..<start + 156, with: [UInt8](repeating: 32, count: 8))
      let sum = String(bytes[start..<start + 512].reduce(0) { $0 + Int($1) }, radix: 8)
      let field = String(repeating: "0", count: max(0, 6 - sum.count)) + sum.suffix(6) + "\0 "
      bytes.replaceSubrange(start + 148..<start + 156, with: Array(field.utf8))
    }
    return bytes
  }

  @Test func records() throws {
    let files = try Self.fixtures("records-raw/sagan.tfrecords", "records-encoded/train-00001-of-00002")
    let words = [
      "image_raw", "label", "image/encoded", "image/class/label", "\n\u{7f}", "\u{1a}\u{01}", "\u{12}\u{7f}\u{7f}",
    ]
    try Fuzzing.run("TFRecord", damaging: files, words: words, read: Self.readRecords)
    // One record, whose checksums are made right again.
    let first = files.map { file in Array(file[..<(16 + file[..<8].reversed().reduce(0) { $0 << 8 | Int($1) })]) }
    try Fuzzing.run(
      "Example", damaging: first, words: words, seal: { TFRecord.frame(Array($0.dropFirst(12).dropLast(4))) },
      read: Self.readRecords)
  }

  private static func readRecords(_ path: String) throws {
    let size = try InputFile(path: path).byteCount
    for image in try TFRecordImages(path: path).images {
      let bytes = try TFRecordImages.bytes(of: image, path: path, name: "an image")
      #expect(bytes.count <= size)
      if case .raw(let height, let width, let channels) = image.content {
        #expect(bytes.count == height * width * channels)
      }
    }
  }

  /// Packs, with headers as short as they can be: most of a real one is spaces.
  @Test func packs() throws {
    let root = try TemporaryDirectory()
    let form = ImageSpecification(resolution: 4)
    _ = try PackRun(
      PackOptions(.synthetic(count: 20), form, out: root.path + "/x"), replicas: .alone()
    ) { _ in }.run()
    let whole = try InputFile.bytes(of: root.path + "/x")
    let header = 8 + whole[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    var text = Array(whole[8..<header])
    while text.last == UInt8(ascii: " ") { text.removeLast() }
    while !text.count.isMultiple(of: 8) { text.append(UInt8(ascii: " ")) }
    let file = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text + whole[header...]
    let words = [
      "\"U8\"", "\"I32\"", "\"shape\":[", "[20,4,4,3]", "\"data_offsets\":[", "99999999999", "class_names", "labels",
    ]
    try Fuzzing.run("pack", damaging: [file], words: words) { path in
      let images = try DataSpecification.packed(file: path).find(form).open(
        DecodeOptions(cacheFolder: root.path, threads: 1))
      var pixels = [UInt8](repeating: 0, count: images.imageSize)
      for index in 0..<images.count {
        #expect((0..<images.classNames.count).contains(images.label(index)))
        try pixels.withUnsafeMutableBufferPointer { try images.copyPixels(index, into: $0) }
      }
    }
  }

  @Test func webP() throws {
    let files = try Self.fixtures("images/lossy.webp", "images/lossless.webp", "images/alpha.webp")
    try Fuzzing.run("WebP", damaging: files, words: ["RIFF", "WEBP", "VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "EXIF"]) {
      path in
      let image = try ImageReading(path: path).image
      #expect(image.pixels.count == image.width * image.height * 3)
    }
  }

  @Test func orientations() throws {
    let files = try Self.fixtures("oriented/6.jpg", "oriented/6.png", "oriented/6.webp")
    let words = [
      "Exif\0\0", "MM\0*", "II*\0", "eXIf", "EXIF", "\u{01}\u{12}\0\u{03}\0\0\0\u{01}", "\u{7f}\u{7f}\u{7f}\u{7f}",
    ]
    try Fuzzing.run("orientation", damaging: files, words: words) { path in
      let reading = try ImageReading(path: path)
      #expect(reading.image.oriented(reading.orientation).pixels.count == reading.image.pixels.count)
    }
  }

  @Test func listsOfStyleGAN() throws {
    let files = try Self.fixtures("stylegan/dataset.json")
    let words = ["[", "]", "{", "}", "\"labels\"", "null", "../", "\\u00", "\\", "1e9", "-1", ","]
    try Fuzzing.run("dataset.json", damaging: files, words: words, isText: true) { path in
      let labels = try StyleGANLabels(try InputFile.bytes(of: path), path: path)
      #expect(labels.images.allSatisfy { $0.label < 1_000_000 && !$0.name.hasPrefix("/") })
    }
  }

  @Test func hdf5() throws {
    let files = try Self.fixtures(
      "planar.hdf5", "planar-lzf.hdf5", "packed-gzip.hdf5", "pieces.hdf5", "contiguous.hdf5", "headers.hdf5",
      "tree.hdf5")
    let words = ["TREE", "SNOD", "HEAP", "OHDR", "OCHK", "imgs", "labels", "\u{FF}\u{FF}", "\0\0\0\0\0\0\0\0"]
    try Fuzzing.run("HDF5", damaging: files, words: words) { path in
      let size = try InputFile(path: path).byteCount
      let images = try HDF5Images(path: path)
      // Compressed blocks are the largest that come of a file.
      #expect(images.labels.count <= 2 * 1032 * size)
      let reader = try images.reader()
      for index in [images.labels.count - 1, 0] {
        #expect(try reader.image(index).count == images.height * images.width * images.channels)
      }
    }
  }
}
