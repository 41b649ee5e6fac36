public import Files
internal import CTurboJPEG

/// Images read from JPEG files.
///
/// Pixels are those of libjpeg's accurate integer transform with smooth upsampling of the colours, which is what Pillow
/// gives. Orientation tags and colour profiles are not applied.
public enum JPEG {
  /// Reads an image.
  ///
  /// Files in four inks become red, green and blue as in Pillow: inks as Adobe's programs store them, inverted.
  ///
  /// - Parameters:
  ///   - bytes: A JPEG file.
  ///   - name: What error messages call it.
  /// - Returns: One channel for grey images, else three.
  /// - Throws: `FileError` when the bytes are not an intact JPEG file; whatever the library would only warn of, a
  ///   missing end for instance, counts as damage.
  public static func decode(_ bytes: [UInt8], name: String) throws(FileError) -> DecodedImage {
    guard let handle = tjInitDecompress() else {
      throw FileError(.unreadable, "cannot start the JPEG library: out of memory")
    }
    defer { tjDestroy(handle) }
    let malformed = { (text: String) in
      FileError(.malformed, "'\(name)' is not a valid JPEG file: \(text); use another copy of it")
    }
    var (width, height, subsampling, colours) = (CInt(0), CInt(0), CInt(0), CInt(-1))
    // What it returns says little: it succeeds for files without an image, and fails for ways to subsample that it has
    // no name for and reads all the same.
    let code = tjDecompressHeader3(handle, bytes, CUnsignedLong(bytes.count), &width, &height, &subsampling, &colours)
    guard width > 0, height > 0, colours >= 0 else { throw malformed(code == 0 ? "it has no image" : text(handle)) }
    guard Int(width) * Int(height) <= DecodedImage.pixelLimit else {
      throw malformed("\(height)×\(width) pixels are more than the limit of \(DecodedImage.pixelLimit)")
    }
    let format =
      switch TJCS(UInt32(colours)) {
      case TJCS_GRAY: TJPF_GRAY
      case TJCS_CMYK, TJCS_YCCK: TJPF_CMYK
      default: TJPF_RGB
      }
    let channels = format == TJPF_GRAY ? 1 : format == TJPF_CMYK ? 4 : 3
    var pixels = [UInt8](repeating: 0, count: Int(width) * Int(height) * channels)
    guard
      tjDecompress2(
        handle, bytes, CUnsignedLong(bytes.count), &pixels, width, 0, height, format.rawValue, TJFLAG_LIMITSCANS) == 0
    else { throw malformed(text(handle)) }
    return DecodedImage(
      pixels: channels == 4 ? withoutInks(pixels) : pixels, width: Int(width), height: Int(height),
      channels: channels == 1 ? 1 : 3)
  }

  /// Red, green and blue of inverted cyan, magenta, yellow and black, with Pillow's rounding.
  private static func withoutInks(_ inks: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: inks.count / 4 * 3)
    for pixel in 0..<inks.count / 4 {
      let light = Int(inks[4 * pixel + 3])
      for channel in 0..<3 {
        let product = Int(255 - inks[4 * pixel + channel]) * light + 128
        result[3 * pixel + channel] = UInt8(max(light - (product >> 8 + product) >> 8, 0))
      }
    }
    return result
  }

  private static func text(_ handle: tjhandle) -> String {
    guard let text = tjGetErrorStr2(handle) else { return "unknown damage" }
    return String(cString: text)
  }
}
