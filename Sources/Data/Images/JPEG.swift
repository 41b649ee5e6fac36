public import Files
internal import CTurboJPEG

/// Images read from JPEG files.
///
/// Pixels are those of libjpeg's accurate integer transform with smooth upsampling of the colours, which is what Pillow
/// gives. Colour profiles are not applied, nor is the orientation, which `ImageReading` tells.
public enum JPEG {
  /// Reads an image.
  ///
  /// Files in four inks become red, green and blue as in Pillow: inks as Adobe's programs store them, inverted.
  ///
  /// - Parameters:
  ///   - bytes: A JPEG file.
  ///   - name: What error messages call it.
  /// - Returns: One channel for grey images, else three.
  /// - Throws: `FileError` when the image is not there as a whole.
  public static func decode(_ bytes: [UInt8], name: String) throws(FileError) -> DecodedImage {
    try read(bytes, name: name).image
  }

  /// Reads an image, and says what is odd about its file.
  ///
  /// The library warns alike of what a viewer may overlook and of missing rows. An image counts as whole if the library has
  /// nothing to warn of once `JPEGMarkers` has set right what is beside the image's own data, or of nothing but bytes behind
  /// them of which `JPEGLeftover` finds that they are not the image's.
  ///
  /// - Parameters:
  ///   - bytes: A JPEG file.
  ///   - name: What error messages call it.
  /// - Returns: The image, and the library's first warning if it had any.
  /// - Throws: `FileError` when the image is not there as a whole.
  static func read(_ bytes: [UInt8], name: String) throws(FileError) -> (image: DecodedImage, remark: String?) {
    let (image, warning) = try decodeOnce(bytes, name: name)
    guard let warning else { return (image, nil) }
    guard let repaired = JPEGMarkers.repaired(bytes) else { throw malformed(name, warning) }
    let (again, second) = try decodeOnce(repaired.result, name: name)
    guard let second else { return (again, warning) }
    if JPEGLeftover.isForeign(repaired, pixels: image.width * image.height) { return (again, warning) }
    // The first warning was of something harmless if it is no more.
    throw malformed(name, warning.hasPrefix("Premature end") ? warning : second)
  }

  private static func malformed(_ name: String, _ text: String) -> FileError {
    FileError(.malformed, "'\(name)' is not a valid JPEG file: \(text); use another copy of it")
  }

  /// Reads what there is of an image; the library tells the first of its warnings alone.
  static func decodeOnce(
    _ bytes: [UInt8], name: String
  ) throws(FileError) -> (image: DecodedImage, warning: String?) {
    guard let handle = tjInitDecompress() else {
      throw FileError(.unreadable, "cannot start the JPEG library: out of memory")
    }
    defer { tjDestroy(handle) }
    var (width, height, subsampling, colours) = (CInt(0), CInt(0), CInt(0), CInt(-1))
    // What it returns says little: it succeeds for files without an image, and fails for ways to subsample that it has
    // no name for and reads all the same.
    let code = tjDecompressHeader3(handle, bytes, CUnsignedLong(bytes.count), &width, &height, &subsampling, &colours)
    guard width > 0, height > 0, colours >= 0 else {
      throw malformed(name, code == 0 ? "it has no image" : text(handle))
    }
    guard Int(width) * Int(height) <= DecodedImage.pixelLimit else {
      throw malformed(name, "\(height)×\(width) pixels are more than the limit of \(DecodedImage.pixelLimit)")
    }
    let format =
      switch TJCS(UInt32(colours)) {
      case TJCS_GRAY: TJPF_GRAY
      case TJCS_CMYK, TJCS_YCCK: TJPF_CMYK
      default: TJPF_RGB
      }
    let channels = format == TJPF_GRAY ? 1 : format == TJPF_CMYK ? 4 : 3
    var pixels = [UInt8](repeating: 0, count: Int(width) * Int(height) * channels)
    var warning: String?
    if tjDecompress2(
      handle, bytes, CUnsignedLong(bytes.count), &pixels, width, 0, height, format.rawValue, TJFLAG_LIMITSCANS) != 0
    {
      guard tjGetErrorCode(handle) == CInt(TJERR_WARNING.rawValue) else { throw malformed(name, text(handle)) }
      warning = text(handle)
    }
    let image = DecodedImage(
      pixels: channels == 4 ? withoutInks(pixels) : pixels, width: Int(width), height: Int(height),
      channels: channels == 1 ? 1 : 3)
    return (image, warning)
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
