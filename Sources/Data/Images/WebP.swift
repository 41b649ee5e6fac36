public import Files
internal import CWebP

/// Images read from WebP files, with losses or without.
public enum WebP {
  /// Whether a file begins as WebP files do.
  static func isOne(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: Array("RIFF".utf8)) && bytes.dropFirst(8).starts(with: Array("WEBP".utf8))
  }

  /// Reads an image; transparent parts become white.
  ///
  /// - Parameters:
  ///   - bytes: A WebP file.
  ///   - name: What error messages call it.
  /// - Returns: Three channels.
  /// - Throws: `FileError` when the bytes are not an intact WebP file, or a film.
  public static func decode(_ bytes: [UInt8], name: String) throws(FileError) -> DecodedImage {
    func malformed(_ text: String, _ advice: String = "use another copy of it") -> FileError {
      FileError(.malformed, "'\(name)' is not a valid WebP file: \(text); \(advice)")
    }
    var features = WebPBitstreamFeatures()
    guard WebPGetFeatures(bytes, bytes.count, &features) == VP8_STATUS_OK else {
      throw malformed("its header is damaged or not there as a whole")
    }
    let (width, height) = (Int(features.width), Int(features.height))
    guard features.has_animation == 0 else { throw malformed("it is a film", "take an image out of it, or remove it") }
    guard width > 0, height > 0, width * height <= DecodedImage.pixelLimit else {
      throw malformed("\(height)×\(width) pixels are more than the limit of \(DecodedImage.pixelLimit)")
    }
    let channels = features.has_alpha == 0 ? 3 : 4
    var isWhole = false
    let pixels = [UInt8](unsafeUninitializedCapacity: width * height * channels) { buffer, count in
      let stride = CInt(width * channels)
      let end =
        channels == 3
        ? WebPDecodeRGBInto(bytes, bytes.count, buffer.baseAddress, buffer.count, stride)
        : WebPDecodeRGBAInto(bytes, bytes.count, buffer.baseAddress, buffer.count, stride)
      isWhole = end != nil
      count = isWhole ? width * height * channels : 0
    }
    guard isWhole else { throw malformed("its image is damaged or not there as a whole") }
    return DecodedImage(
      pixels: channels == 3 ? pixels : DecodedImage.onWhite(pixels), width: width, height: height, channels: 3)
  }
}
