/// Images without classes that are in memory.
struct BytesSide: PixelSource {
  let description: String
  let fingerprint: String
  let height: Int
  let width: Int
  let channels: Int
  private let images: [[UInt8]]

  var count: Int { images.count }
  var classNames: [String] { [] }

  /// Images of one size.
  ///
  /// - Parameters:
  ///   - images: The bytes of each: rows from the top, channels fastest.
  ///   - side: Height and width.
  ///   - channels: 1 or 3.
  ///   - description: For people.
  init(_ images: [[UInt8]], side: Int, channels: Int, description: String) {
    (height, width, self.channels) = (side, side, channels)
    (self.images, self.description) = (images, description)
    // Nothing is kept of their features: they need no name.
    fingerprint = ""
    precondition(
      images.allSatisfy { $0.count == side * side * channels },
      "images of other sizes than \(side)×\(side)")
  }

  func label(_ index: Int) -> Int { preconditionFailure("the class of an image without classes") }

  func copyPixels(_ range: Range<Int>, into pixels: UnsafeMutableBufferPointer<UInt8>) {
    for index in range {
      let start = (index - range.lowerBound) * imageSize
      for (place, byte) in images[index].enumerated() { pixels[start + place] = byte }
    }
  }
}
