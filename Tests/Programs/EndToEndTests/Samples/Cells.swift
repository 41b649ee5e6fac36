import Images

extension DecodedImage {
  /// The bytes of a part of 32 × 32 pixels.
  func part(x: Int, y: Int) -> [UInt8] {
    var result: [UInt8] = []
    for row in y..<y + 32 {
      let start = (row * width + x) * channels
      result += pixels[start..<start + 32 * channels]
    }
    return result
  }

  /// The bytes of an image of 32 × 32 pixels in a sheet.
  func cell(_ row: Int, _ column: Int, top: Int = 0) -> [UInt8] { part(x: column * 34, y: top + row * 34) }
}
