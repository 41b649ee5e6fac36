internal import Files
internal import Images

/// Some images of a data set, made to fit: those that could be read, and what is known of all of them.
package struct PreparedShare: Sendable {
  /// What is known of the images of a share.
  package struct Report: Sendable, Codable {
    /// An image that could not be read.
    package struct Problem: Sendable, Codable {
      /// The image.
      let index: Int
      /// Why.
      let error: FileError
    }

    /// How many images could be read.
    package internal(set) var count = 0
    /// The others.
    var bad: [Problem] = []
    /// Images that are whole in spite of a warning.
    var odd: [Int] = []
    /// Images whose files say that they stand another way up.
    var turned: [Int] = []
    /// The smallest and the largest height before the images were made to fit.
    var heights: [Int] = []
    /// The smallest and the largest width.
    var widths: [Int] = []

    /// About no image.
    package init() {}

    /// Takes note of an image that was read.
    mutating func note(_ index: Int, _ reading: ImageReading, _ original: DecodedImage) {
      if reading.remark != nil { odd.append(index) }
      if reading.orientation != 1 { turned.append(index) }
      heights = [min(heights.first ?? original.height, original.height), max(heights.last ?? 0, original.height)]
      widths = [min(widths.first ?? original.width, original.width), max(widths.last ?? 0, original.width)]
    }

    /// Puts into the order of images what threads found in any order.
    mutating func sort() {
      bad.sort { $0.index < $1.index }
      odd.sort()
      turned.sort()
    }
  }

  /// The pixels of the images that could be read, one after the other.
  package let pixels: [UInt8]
  /// What is known of all.
  package let report: Report

  /// Moves what follows gaps forward, and cuts the end off.
  ///
  /// - Parameters:
  ///   - bad: The places of the gaps, in order.
  ///   - pixels: Images.
  ///   - size: Bytes of an image.
  static func closeGaps(of bad: [Int], in pixels: inout [UInt8], _ size: Int) {
    guard let first = bad.first else { return }
    let gaps = Set(bad)
    var place = first
    pixels.withUnsafeMutableBytes { bytes in
      for index in first..<bytes.count / size where !gaps.contains(index) {
        UnsafeMutableRawBufferPointer(rebasing: bytes[place * size..<(place + 1) * size]).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: bytes[index * size..<(index + 1) * size]))
        place += 1
      }
    }
    pixels.removeLast(pixels.count - place * size)
  }
}
