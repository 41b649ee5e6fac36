import Files
import Formats
import TestSupport
import Testing

/// Readers of files that hold whole data sets.
@Suite struct ImageSetFuzzTests {
  private static func fixtures(_ names: String...) throws -> [[UInt8]] {
    try names.map { try Fixtures.bytes($0, in: "data") }
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
