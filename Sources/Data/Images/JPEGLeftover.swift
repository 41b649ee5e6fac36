/// Bytes between the end of coded data and the next marker, where the library expects none.
///
/// They may be anything that a camera or a server put there. But they may also be the rest of data in which a bit was
/// changed, so that the decoder lost its way and was done too early. Coded data are filled up with ones to a whole byte, and a
/// decoder that has lost its way rarely ends just before such a filling.
struct JPEGLeftover {
  /// How often the file may be decoded to find out where the bytes are: the library tells their number and the marker behind.
  private static let attempts = 32...256
  /// Pixels that all decodings together may have, but for the fewest attempts: a file decides how much work it makes.
  private static let pixelLimit = 1 << 30
  /// More bytes than the library reads ahead.
  private static let readAhead = 16

  private var file: [UInt8]
  private var segments: [JPEGMarkers.CodedSegment]
  /// What was taken out behind each segment.
  private var removed: [[UInt8]]
  private var decodings = 0
  private let attempts: Int

  private init(_ markers: JPEGMarkers, pixels: Int) {
    attempts = min(max(Self.pixelLimit / max(pixels, 1), Self.attempts.lowerBound), Self.attempts.upperBound)
    file = markers.result
    segments = markers.segments
    removed = segments.map { _ in [] }
  }

  /// Whether the library has nothing else to warn of than bytes that are not the image's own.
  ///
  /// - Parameters:
  ///   - markers: The file.
  ///   - pixels: How many pixels the image has.
  /// - Returns: False, too, where that cannot be found out with as many decodings as there may be.
  static func isForeign(_ markers: JPEGMarkers, pixels: Int) -> Bool {
    var leftover = JPEGLeftover(markers, pixels: pixels)
    guard leftover.hasBytes, leftover.remove(), let image = leftover.decoded()?.image else { return false }
    for place in leftover.segments.indices where !leftover.removed[place].isEmpty {
      leftover.trim(place, image)
      let bytes = leftover.removed[place]
      guard isFilling(bytes) || leftover.isFilledUp(place, image), leftover.decodings < leftover.attempts else {
        return false
      }
    }
    return true
  }

  /// Whether bytes are so many equal ones that no image's data are like that.
  private static func isFilling(_ bytes: [UInt8]) -> Bool { bytes.count >= 8 && bytes.allSatisfy { $0 == bytes[0] } }

  /// Takes out what is left over; false if the library warns of something else then.
  private mutating func remove() -> Bool {
    var place = 0
    while let (_, warning) = decoded(), decodings < attempts {
      guard let warning else { return true }
      guard let (count, marker) = Self.leftover(in: warning) else { return false }
      // Segments are decoded in order, and cutting an earlier one makes the library warn of missing data.
      while place < segments.count, !take(count, before: marker, place) { place += 1 }
      if place == segments.count { return false }
    }
    return false
  }

  /// Shortens a segment if that is where the library finds so many bytes left over before a marker.
  private mutating func take(_ count: Int, before marker: UInt8, _ place: Int) -> Bool {
    let segment = segments[place]
    guard segment.marker == marker, segment.range.count > count, decodings < attempts else { return false }
    var shorter = shortened(place, by: count)
    decodings += 1
    guard let (_, warning) = shorter.decoded(), warning.map({ Self.leftover(in: $0) != nil }) ?? true else {
      return false
    }
    self = shorter
    return true
  }

  /// Takes out the bytes that the library has read ahead, which it does not count.
  private mutating func trim(_ place: Int, _ image: DecodedImage) {
    for _ in 0..<Self.readAhead where segments[place].range.count > 2 {
      let end = segments[place].range.upperBound
      var shorter = shortened(place, by: file[end - 2..<end].elementsEqual([0xFF, 0]) ? 2 : 1)
      decodings += 1
      guard let (other, warning) = shorter.decoded(), warning == nil, other == image else { return }
      self = shorter
    }
  }

  private func shortened(_ place: Int, by count: Int) -> JPEGLeftover {
    var shorter = self
    let range = segments[place].range
    let bytes = range.upperBound - count..<range.upperBound
    shorter.removed[place].insert(contentsOf: file[bytes], at: 0)
    shorter.file.removeSubrange(bytes)
    shorter.segments[place].range = range.lowerBound..<bytes.lowerBound
    for later in segments.indices.dropFirst(place + 1) {
      let range = segments[later].range
      shorter.segments[later].range = range.lowerBound - count..<range.upperBound - count
    }
    return shorter
  }

  /// How many bytes before which marker a warning is of.
  private static func leftover(in warning: String) -> (count: Int, marker: UInt8)? {
    let start = "Corrupt JPEG data: "
    let parts = warning.dropFirst(start.count).split(separator: " extraneous bytes before marker 0x")
    guard warning.hasPrefix(start), parts.count == 2, let count = Int(parts[0]), count > 0,
      let marker = UInt8(parts[1], radix: 16)
    else { return nil }
    return (count, marker)
  }

  /// Whether the file still has its own bytes: a transfer as text puts a carriage return before each line feed.
  private var hasBytes: Bool {
    let lineFeeds = file.indices.dropFirst().filter { file[$0] == 0x0A }
    return lineFeeds.count < 3 || lineFeeds.contains { file[$0 - 1] != 0x0D }
  }

  private mutating func decoded() -> (image: DecodedImage, warning: String?)? { decoded(file) }

  private mutating func decoded(_ file: [UInt8]) -> (image: DecodedImage, warning: String?)? {
    guard decodings < attempts else { return nil }
    decodings += 1
    return try? JPEG.decodeOnce(file, name: "")
  }

  /// Whether those bits of a segment's last byte that no pixel depends on are ones.
  private mutating func isFilledUp(_ place: Int, _ image: DecodedImage) -> Bool {
    let end = segments[place].range.upperBound
    // A byte of eight ones is followed by one of zeros.
    guard end >= 2, !file[end - 2..<end].elementsEqual([0xFF, 0]) else { return true }
    let last = file[end - 1]
    for bit in 0..<7 {
      let changed = last ^ (1 << bit)
      var other = file
      other.replaceSubrange(end - 1..<end, with: changed == 0xFF ? [0xFF, 0] : [changed])
      guard let (otherImage, warning) = decoded(other), warning == nil, otherImage == image
      else {
        return true
      }
      if last & (1 << bit) == 0 { return false }
    }
    return true
  }
}
