internal import Datasets
internal import Formats
internal import Tensors

/// A picture of samples, one row per class, white lines between them.
struct SampleCanvas {
  private let columns: Int
  private let side: Int
  private let channels: Int
  /// Pixels in a row.
  let width: Int
  /// Rows of pixels.
  let height: Int
  private var pixels: [UInt8] = []

  /// Pixels between two samples.
  private static let gap = 2
  /// Most pixels of a picture: what viewers, and this program's own reader, still open.
  static let limit = 1 << 26

  /// A white picture.
  init(_ selection: SampleSelection, resolution: Int, channels: Int) {
    columns = selection.perClass
    side = resolution
    self.channels = channels
    width = columns * (side + Self.gap) - Self.gap
    height = selection.classes.count * (side + Self.gap) - Self.gap
  }

  /// Bytes of the picture.
  var byteCount: Int { width * height * channels }

  /// Puts samples, `[n, H, W, C]`, in their places.
  mutating func paint(_ range: Range<Int>, _ images: Tensor<Float>) {
    if pixels.isEmpty { pixels = [UInt8](repeating: 255, count: byteCount) }
    let bytes = PixelScaling.bytes(of: images)
    let (pitch, line) = (side + Self.gap, side * channels)
    for (place, index) in range.enumerated() {
      for y in 0..<side {
        let source = (place * side + y) * line
        let target = ((index / columns * pitch + y) * width + index % columns * pitch) * channels
        pixels.replaceSubrange(target..<target + line, with: bytes[source..<source + line])
      }
    }
  }

  /// The picture as a PNG file.
  func png() throws(FormatError) -> [UInt8] {
    try PNG.encode(pixels: pixels, width: width, height: height, channels: channels)
  }
}
