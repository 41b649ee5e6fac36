import Files
import TestSupport
import Images
import Glibc
import Testing

/// JPEG files that break rules and hold the whole image all the same, and others that do not.
@Suite struct OddJPEGTests {
  /// What is done to a whole file, which changes no pixel.
  enum Oddity: String, CaseIterable {
    case bytesBeforeEnd, bytesAndMarkerBeforeEnd, noEnd, halfAnEnd, noEndAndBytes, revision, bytesBetweenSegments
    case revisionAndNoEnd, scanParameters, bytesBehind, cutComment

    func apply(to file: [UInt8]) -> [UInt8] {
      var file = file
      switch self {
      case .bytesBeforeEnd: file.insert(contentsOf: [UInt8](repeating: 0, count: 99), at: file.count - 2)
      case .bytesAndMarkerBeforeEnd:
        file.insert(contentsOf: (0..<40).flatMap { [$0, 0xFF, 0] } + [0xFF], at: file.count - 2)
      case .noEnd: file.removeLast(2)
      case .halfAnEnd: file.removeLast()
      case .noEndAndBytes: file = Oddity.noEnd.apply(to: file) + [UInt8](repeating: 0, count: 50)
      case .revision: file.replaceSubrange(11..<13, with: [0, 0])
      case .bytesBetweenSegments: file.insert(contentsOf: [1, 2, 3], at: 4 + Int(file[5]))
      case .revisionAndNoEnd: file = Oddity.noEnd.apply(to: Oddity.revision.apply(to: file))
      case .scanParameters:
        // The last three bytes of the scan's header.
        guard let scan = file.indices.first(where: { file[$0...].starts(with: [0xFF, 0xDA]) }) else { break }
        let end = scan + 2 + Int(file[scan + 3])
        file.replaceSubrange(end - 3..<end, with: [0, 0, 0])
      case .bytesBehind: file += [UInt8](repeating: 0, count: 4096)
      case .cutComment: file = Oddity.noEnd.apply(to: file) + [0xFF, 0xFE, 0, 50, 65]
      }
      return file
    }
  }

  @Test(arguments: Oddity.allCases, ["colour", "progressive", "restart", "grey", "cmyk"])
  func wholeImagesAreReadAndTheOddityIsSaid(oddity: Oddity, name: String) throws {
    let file = try Fixtures.bytes(name + ".jpg")
    // The fixture in four inks has no JFIF header, and progressive scans mean their parameters.
    let hasRevision = file[2...].starts(with: [0xFF, 0xE0])
    if name == "progressive" && oddity == .scanParameters || !hasRevision && oddity.rawValue.hasPrefix("revision") {
      return
    }
    let (image, remark) = try DecodedImage.read(oddity.apply(to: file), name: "photo.jpg")
    #expect(try image == Fixtures.image(name))
    #expect((remark == nil) == (oddity == .bytesBehind), "\(remark ?? "no remark")")
  }

  /// A file without an end that lacks data too, whatever else is odd about it.
  @Test(arguments: ["colour", "progressive", "restart", "grey", "cmyk"]) func truncatedImagesAreRefused(name: String)
    throws
  {
    let file = try Fixtures.bytes(name + ".jpg")
    let odd = Oddity.revision.apply(to: file)
    for count in stride(from: file.count - 3, to: 20, by: -7) {
      for start in [file, odd] {
        expectError(.malformed, mentions: ["photo.jpg"]) {
          try DecodedImage.read(Array(start.prefix(count)), name: "photo.jpg")
        }
      }
    }
  }

  /// A progressive file that ends between two scans has no wrong bit and not all of the image.
  @Test func missingScansAreNoWholeImage() throws {
    let file = try Fixtures.bytes("progressive.jpg")
    let scans = file.indices.filter { file[$0...].starts(with: [0xFF, 0xDA]) }
    try #require(scans.count > 2)
    for scan in scans.dropFirst() {
      // With the tables before the scan, and without them.
      let tables = try #require(file[..<scan].indices.last { file[$0...].starts(with: [0xFF, 0xC4]) })
      for end in [scan, tables] {
        expectError(.malformed, mentions: ["photo.jpg", "Premature end"]) {
          try DecodedImage.read(Array(file.prefix(end)), name: "photo.jpg")
        }
      }
    }
  }

  /// Where coded data end and a marker follows: between scans, or between the intervals of one.
  private func ends(of file: [UInt8], before markers: ClosedRange<UInt8>) -> [Int] {
    guard let scan = file.indices.first(where: { file[$0...].starts(with: [0xFF, 0xDA]) }) else { return [] }
    return file.indices.dropFirst(scan + 2).filter {
      $0 + 1 < file.count && file[$0] == 0xFF && markers.contains(file[$0 + 1])
    }
  }

  @Test(arguments: [("restart", UInt8(0xD0)...0xD7), ("progressive", 0xC4...0xC4)])
  func bytesWithinAnImageAreSeenToEndItsData(name: String, markers: ClosedRange<UInt8>) throws {
    let whole = try Fixtures.bytes(name + ".jpg")
    let ends = ends(of: whole, before: markers)
    try #require(ends.count >= 2)
    for places in [[ends[0]], [ends[1]], ends] {
      var file = whole
      for (number, place) in places.enumerated().reversed() {
        file.insert(contentsOf: (0..<UInt8(30 + number)).map { $0 * 3 }, at: place)
      }
      let (image, remark) = try DecodedImage.read(file, name: "photo.jpg")
      #expect(try image == Fixtures.image(name))
      #expect(remark?.contains("extraneous bytes before marker") == true)
      // The same, and data that are missing further on.
      file.removeSubrange(file.count - 40..<file.count - 2)
      expectError(.malformed, mentions: ["photo.jpg"]) { try DecodedImage.read(file, name: "photo.jpg") }
    }
  }

  /// A changed bit may make the decoder lose its way; what is left over then is rarely taken for foreign bytes, but for
  /// one image the decoder's ways end at few places, so no share is certain.
  @Test func damagedImagesWithARestAreRefused() throws {
    let whole = try Fixtures.bytes("colour.jpg")
    let scan = try #require(whole.indices.first { whole[$0...].starts(with: [0xFF, 0xDA]) })
    var (odd, refused) = (0, 0)
    for place in stride(from: scan + 20, to: whole.count - 10, by: 5) {
      var file = whole
      file[place] ^= 4
      do {
        if try DecodedImage.read(file, name: "photo.jpg").remark != nil { odd += 1 }
      } catch {
        refused += 1
      }
    }
    #expect(refused > 10, "\(refused) refused and \(odd) read with a remark")
    // As a transfer between systems with other line ends leaves it.
    let text = whole.flatMap { $0 == 10 ? [13, 10] : [$0] }
    expectError(.malformed, mentions: ["photo.jpg"]) { try DecodedImage.read(text, name: "photo.jpg") }
  }

  @Test(arguments: [
    (Array("<!DOCTYPE html><title>404</title>".utf8), "an HTML page; download it again"),
    (Array("version https://git-lfs.github.com/spec/v1\n".utf8), "a pointer of Git LFS; run 'git lfs pull'"),
    ([0, 0, 0, 0x24] + Array("ftypheic".utf8), "a HEIC file; convert it"),
    ([0, 0, 0, 0x20] + Array("ftypavif".utf8), "an AVIF file; convert it"),
    (Array("GIF89a".utf8), "a GIF file; convert it"),
    ([0, 0, 0, 0], "nothing but zeros; download it again"),
    ([0, 5, 0x16, 7, 0], "macOS's notes about another file; remove it"),
  ]) func otherFilesAreCalledByTheirName(bytes: [UInt8], words: String) {
    expectError(.malformed, mentions: ["photo.jpg", words]) { try DecodedImage.read(bytes, name: "photo.jpg") }
  }

  /// What is no image is not read as a whole, and what is one only up to what an image may have.
  @Test func filesLargerThanMemoryAreNotRead() throws {
    let directory = try TemporaryDirectory()
    for (start, words) in [([UInt8]("text".utf8), "something else"), ([0xFF, 0xD8, 0xFF], "536,870,912 bytes")] {
      let path = try directory.file("photo.jpg", start)
      // A hole, which takes no room on the disk.
      let handle = try #require(fopen(path, "r+"))
      #expect(ftruncate(fileno(handle), 2 << 30) == 0)
      fclose(handle)
      expectError(.malformed, mentions: [path, words]) { try ImageReading(path: path) }
    }
  }
}
