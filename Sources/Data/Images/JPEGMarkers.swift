/// The structure of a JPEG file: segments behind markers, and the coded data of scans between them.
///
/// Looks at nothing that is coded; so what it sets right changes no pixel.
struct JPEGMarkers {
  private enum Marker {
    static let (start, end, scan, application0, adobe) = (
      UInt8(0xD8), UInt8(0xD9), UInt8(0xDA), UInt8(0xE0), UInt8(0xEE)
    )
    static let restarts: ClosedRange<UInt8> = 0xD0...0xD7
    /// Frames of Huffman codes: baseline, extended, progressive.
    static let frames: ClosedRange<UInt8> = 0xC0...0xC2
  }

  /// Coded data up to a marker.
  struct CodedSegment {
    /// Where in the result they are.
    var range: Range<Int>
    /// The marker behind them.
    let marker: UInt8
  }

  private let source: [UInt8]
  /// The file without what readers may overlook.
  private(set) var result: [UInt8] = [0xFF, Marker.start]
  /// The coded data, in order.
  private(set) var segments: [CodedSegment] = []
  private var position = 2
  private var frame: UInt8?
  private var components: [UInt8] = []
  /// For each component the lowest bit that is there of each coefficient; `nil` where nothing is.
  private var lowestBits: [[UInt8?]] = []

  private init(_ bytes: [UInt8]) { source = bytes }

  /// The file without what readers may overlook.
  ///
  /// Bytes between segments, a revision of JFIF that is none, a colour transform that Adobe never defined, and parameters
  /// of a scan that mean nothing in its kind of file; a missing end marker, if all scans of the image are there.
  ///
  /// - Parameter bytes: A file that begins as JPEG files do.
  /// - Returns: The file and its structure; `nil` where parts of the image are missing.
  static func repaired(_ bytes: [UInt8]) -> JPEGMarkers? {
    var markers = JPEGMarkers(bytes)
    return markers.copy() ? markers : nil
  }

  /// Copies segment by segment; false if the file ends too early.
  private mutating func copy() -> Bool {
    while let marker = nextMarker() {
      if marker == Marker.end {
        result += [0xFF, Marker.end]
        return true
      }
      if marker == Marker.start || marker == 1 || Marker.restarts.contains(marker) { continue }
      guard position + 2 <= source.count else { break }
      let length = Int(source[position]) << 8 | Int(source[position + 1])
      guard length >= 2, position + length <= source.count else { break }
      var segment = Array(source[position..<position + length])
      position += length
      inspect(marker, &segment)
      result += [0xFF, marker] + segment
      if marker == Marker.scan { copyCodedData() }
    }
    result += [0xFF, Marker.end]
    return hasWholeImage
  }

  /// The next marker; what lies before it is left out.
  private mutating func nextMarker() -> UInt8? {
    while position + 1 < source.count {
      if source[position] == 0xFF, source[position + 1] != 0, source[position + 1] != 0xFF {
        position += 2
        return source[position - 1]
      }
      position += 1
    }
    return nil
  }

  /// Copies up to the next marker that is not within a scan.
  private mutating func copyCodedData() {
    var start = position
    while position < source.count {
      guard source[position] == 0xFF else {
        position += 1
        continue
      }
      guard position + 1 < source.count else { break }
      let next = source[position + 1]
      guard next != 0, next != 0xFF else {
        position += next == 0 ? 2 : 1
        continue
      }
      append(start..<position, before: next)
      guard Marker.restarts.contains(next) else { return }
      result += [0xFF, next]
      position += 2
      start = position
    }
    append(start..<position, before: Marker.end)
  }

  private mutating func append(_ range: Range<Int>, before marker: UInt8) {
    segments.append(CodedSegment(range: result.count..<result.count + range.count, marker: marker))
    result += source[range]
  }

  /// Takes in what a segment says about the image, and sets right what means nothing.
  private mutating func inspect(_ marker: UInt8, _ segment: inout [UInt8]) {
    switch marker {
    case Marker.application0 where segment.count >= 9 && segment[2..<7].elementsEqual(Array("JFIF\0".utf8)):
      if segment[7] != 1 { segment.replaceSubrange(7..<9, with: [1, 1]) }
    case Marker.adobe where segment.count >= 14 && segment[2..<7].elementsEqual(Array("Adobe".utf8)):
      // What libjpeg takes unknown transforms for.
      if segment[13] > 2 { segment[13] = components.count == 4 ? 2 : 1 }
    case Marker.frames where frame == nil && segment.count >= 8 && segment.count == 8 + 3 * Int(segment[7]):
      frame = marker
      components = (0..<Int(segment[7])).map { segment[8 + 3 * $0] }
      lowestBits = components.map { _ in [UInt8?](repeating: nil, count: 64) }
    case Marker.scan: inspectScan(&segment)
    default: break
    }
  }

  private mutating func inspectScan(_ segment: inout [UInt8]) {
    guard let frame, segment.count >= 3, segment.count == 6 + 2 * Int(segment[2]) else { return }
    let tail = segment.count - 3
    let isProgressive = frame == Marker.frames.upperBound
    if !isProgressive { segment.replaceSubrange(tail..<tail + 3, with: [0, 63, 0]) }
    let (first, last, low) = (Int(segment[tail]), Int(segment[tail + 1]), segment[tail + 2] & 15)
    guard first <= last, last < 64 else { return }
    for place in 0..<Int(segment[2]) {
      guard let component = components.firstIndex(of: segment[3 + 2 * place]) else { continue }
      for coefficient in first...last { lowestBits[component][coefficient] = low }
    }
  }

  /// Whether every bit of every coefficient has had its scan; a scan that is cut short is for the decoder to tell.
  private var hasWholeImage: Bool {
    !lowestBits.isEmpty && lowestBits.allSatisfy { $0.allSatisfy { $0 == 0 } }
  }
}
