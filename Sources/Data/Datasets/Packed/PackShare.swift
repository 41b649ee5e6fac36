package import Files

/// What a rank tells of the images that it has prepared.
package struct PackReport: Sendable, Codable {
  /// What was found of them.
  let report: PreparedShare.Report
  /// The checksum of the pixels of those that could be read.
  let checksum: String

  /// What is told of a share.
  package init(_ share: PreparedShare) {
    report = share.report
    let fingerprint = Fingerprint()
    fingerprint.update(share.pixels)
    checksum = fingerprint.hexadecimal
  }

  /// The text that another rank reads.
  package var text: [UInt8] { Array(JSONText.encode(self).utf8) }

  /// Reads the text of another rank of this program.
  package init(text: [UInt8]) throws { self = try JSONText.decode(PackReport.self, from: text) }

  /// How many images could be read.
  package var count: Int { report.count }
}

/// The pixels of a share that lie in pages of the file where others write as well.
package struct PackEdges {
  private static let page = 4096
  /// Where the share lies among all pixels, which begin at a page.
  private let range: Range<Int>
  /// What of it no other share has a page in common with.
  let inner: Range<Int>

  /// The edges of a share at a place.
  package init(_ range: Range<Int>) {
    self.range = range
    let (first, last) = (
      (range.lowerBound + Self.page - 1) / Self.page * Self.page, range.upperBound / Self.page * Self.page
    )
    inner = first < last ? first..<last : range.upperBound..<range.upperBound
  }

  /// The edges of a share's pixels, one behind the other.
  package func bytes(of pixels: [UInt8]) -> [UInt8] {
    Array(pixels[..<(inner.lowerBound - range.lowerBound)] + pixels[(inner.upperBound - range.lowerBound)...])
  }

  /// Where the edges lie among all pixels.
  package func parts(_ bytes: [UInt8]) -> [(offset: Int, bytes: ArraySlice<UInt8>)] {
    let before = inner.lowerBound - range.lowerBound
    return [(range.lowerBound, bytes[..<before]), (inner.upperBound, bytes[before...])].filter { !$0.bytes.isEmpty }
  }
}

/// The file of a pack as the ranks see it that have not begun it: they write pixels, and nothing else.
package struct PackShare {
  private let file: PartialFile
  private let dataOffset: Int
  private let imageSize: Int

  /// Looks for the file that another rank has begun; `nil` where this host has none, or another one.
  ///
  /// - Parameters:
  ///   - path: The file that the pack will be.
  ///   - token: What that rank has written into it.
  ///   - dataOffset: Where pixels begin.
  ///   - imageSize: Bytes of an image.
  package init?(path: String, token: String, dataOffset: Int, imageSize: Int) {
    let place = Directory.split(path)
    guard let folder = try? Folder(place.folder),
      let file = try? PartialFile(joining: PackRecord.partName(place.name), in: folder),
      (try? PackFile.token(in: file, dataOffset: dataOffset)) == token
    else { return nil }
    (self.file, self.dataOffset, self.imageSize) = (file, dataOffset, imageSize)
  }

  /// Writes the pixels of images, but for those at the edges, which `PackEdges` has.
  package func write(_ pixels: [UInt8], firstImage: Int) throws(FileError) {
    let start = firstImage * imageSize
    let inner = PackEdges(start..<start + pixels.count).inner
    guard !inner.isEmpty else { return }
    try file.write(
      Array(pixels[inner.lowerBound - start..<inner.upperBound - start]), at: dataOffset + inner.lowerBound)
  }

  /// Waits until what was written is on the disk.
  package func flush() throws(FileError) { try file.flush() }
}
