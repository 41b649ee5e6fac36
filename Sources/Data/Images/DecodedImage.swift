public import Files

/// An image in memory.
public struct DecodedImage: Sendable, Equatable {
  /// Bytes, rows from the top, channels fastest.
  public let pixels: [UInt8]
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  /// 1 (grey) or 3 (red, green, blue).
  public let channels: Int

  /// An image of `height` · `width` · `channels` bytes.
  public init(pixels: [UInt8], width: Int, height: Int, channels: Int) {
    precondition(channels == 1 || channels == 3, "an image of \(channels) channels")
    precondition(
      width > 0 && height > 0 && pixels.count == width * height * channels,
      "\(pixels.count) bytes as an image of \(height)×\(width)×\(channels)")
    self.pixels = pixels
    self.width = width
    self.height = height
    self.channels = channels
  }

  /// Most pixels that an image may have when it is read: a few bytes can claim to be gigabytes.
  public static let pixelLimit = 1 << 26

  /// Reads a JPEG or PNG file, whichever the bytes are.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - name: What error messages call it; its ending does not matter.
  /// - Throws: `FileError` when the bytes are neither, or damaged, or claim more than `pixelLimit` pixels.
  public init(_ bytes: [UInt8], name: String) throws(FileError) {
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = try JPEG.decode(bytes, name: name)
    } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
      self = try PNG.decode(bytes, name: name)
    } else {
      throw FileError(
        .malformed,
        "expected a JPEG or PNG file at '\(name)' and found \(Self.kind(of: bytes)); convert it or remove it")
    }
  }

  /// What a file that cannot be read seems to be.
  private static func kind(of bytes: [UInt8]) -> String {
    if bytes.isEmpty { return "an empty file" }
    let kinds: [(start: [UInt8], name: String)] = [
      (Array("GIF8".utf8), "a GIF file"), (Array("RIFF".utf8), "a WebP file"), (Array("BM".utf8), "a BMP file"),
      (Array("II*\0".utf8), "a TIFF file"), (Array("MM\0*".utf8), "a TIFF file"),
    ]
    return kinds.first { bytes.starts(with: $0.start) }?.name ?? "something else"
  }
}
