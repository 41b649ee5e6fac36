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

  /// Most bytes that a file of so many pixels has, its texts and profiles included.
  public static let fileLimit = 1 << 29

  /// Reads a JPEG, PNG or WebP file, whichever the bytes are.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - name: What error messages call it.
  /// - Returns: The image, and what is odd about the file if anything is.
  /// - Throws: `FileError` when the bytes are none of these, or damaged, or claim more than `pixelLimit` pixels.
  public static func read(
    _ bytes: [UInt8], name: String
  ) throws(FileError) -> (image: DecodedImage, remark: String?) {
    guard FileKind.isImage(bytes) else { throw FileKind.error(bytes, name: name) }
    if WebP.isOne(bytes) { return (try WebP.decode(bytes, name: name), nil) }
    return FileKind.isJPEG(bytes) ? try JPEG.read(bytes, name: name) : (try PNG.decode(bytes, name: name), nil)
  }

  /// Reads a JPEG, PNG or WebP file, whichever the bytes are, and is silent about what is odd about it.
  public init(_ bytes: [UInt8], name: String) throws(FileError) { self = try Self.read(bytes, name: name).image }
}
