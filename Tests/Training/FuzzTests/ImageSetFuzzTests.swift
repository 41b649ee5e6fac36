import Files
import Formats
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

  @Test func hdf5() throws {
    let files = try Self.fixtures(
      "planar.hdf5", "planar-lzf.hdf5", "packed-gzip.hdf5", "pieces.hdf5", "contiguous.hdf5", "headers.hdf5")
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
