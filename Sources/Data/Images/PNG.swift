public import Files
internal import CSPNG

#if canImport(Glibc)
  import Glibc
#endif

/// Images as PNG files, written with 8 bits a sample and read whatever they have.
public enum PNG {
  /// Most memory for all texts and profiles of a file: compressed ones can grow a thousandfold.
  private static let memoryLimit = 1 << 28

  /// Writes an image.
  ///
  /// - Parameters:
  ///   - pixels: `height` · `width` · `channels` bytes, rows from the top, channels fastest.
  ///   - width: Pixels in a row.
  ///   - height: Rows.
  ///   - channels: 1 (grey) or 3 (red, green, blue).
  /// - Returns: The bytes of a PNG file.
  /// - Throws: `FileError` when the library refuses.
  public static func encode(
    pixels: [UInt8], width: Int, height: Int, channels: Int
  ) throws(FileError) -> [UInt8] {
    precondition(channels == 1 || channels == 3, "a PNG image of \(channels) channels")
    precondition(
      width > 0 && height > 0 && pixels.count == width * height * channels,
      "\(pixels.count) bytes as a PNG image of \(height)×\(width)×\(channels)")
    let context = try newContext(CInt(SPNG_CTX_ENCODER.rawValue))
    defer { spng_ctx_free(context) }
    var header = spng_ihdr()
    header.width = UInt32(width)
    header.height = UInt32(height)
    header.bit_depth = 8
    header.color_type = UInt8((channels == 1 ? SPNG_COLOR_TYPE_GRAYSCALE : SPNG_COLOR_TYPE_TRUECOLOR).rawValue)
    var code = spng_set_option(context, SPNG_ENCODE_TO_BUFFER, 1)
    if code == 0 { code = spng_set_ihdr(context, &header) }
    if code == 0 {
      code = spng_encode_image(
        context, pixels, pixels.count, CInt(SPNG_FMT_PNG.rawValue), CInt(SPNG_ENCODE_FINALIZE.rawValue))
    }
    var count = 0
    let buffer = code == 0 ? spng_get_png_buffer(context, &count, &code) : nil
    guard code == 0, let buffer else {
      throw FileError(.cannotCreate, "cannot encode a PNG image of \(height)×\(width): \(text(code))")
    }
    defer { free(buffer) }
    return Array(UnsafeRawBufferPointer(start: buffer, count: count))
  }

  /// Whether a file begins as every PNG file does.
  package static func isOne(_ file: InputFile) throws(FileError) -> Bool {
    let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    guard file.byteCount >= signature.count else { return false }
    return try file.elements(of: UInt8.self, count: signature.count, at: 0) == signature
  }

  /// Height, width and channels of a file that `encode` made.
  package static func extents(_ file: [UInt8]) -> (height: Int, width: Int, channels: Int) {
    // Behind the signature: length and name of the first chunk, width, height, bits, kind of colour (0 for grey).
    precondition(file.count > 25, "\(file.count) bytes as a PNG file")
    func number(at offset: Int) -> Int { file[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
    return (number(at: 20), number(at: 16), file[25] == 0 ? 1 : 3)
  }

  /// Reads an image; transparent parts become white, and 16 bits a sample become 8.
  ///
  /// - Parameters:
  ///   - bytes: A PNG file.
  ///   - name: What error messages call it.
  /// - Returns: One channel for grey images without transparency, else three.
  /// - Throws: `FileError` when the bytes are not an intact PNG file.
  public static func decode(_ bytes: [UInt8], name: String = "image") throws(FileError) -> DecodedImage {
    let context = try newContext(0)
    defer { spng_ctx_free(context) }
    let result = bytes.withUnsafeBytes { decode($0, context) }
    switch result {
    case .success(let image): return image
    case .failure(let problem):
      throw FileError(.malformed, "'\(name)' is not a valid PNG file: \(problem.text); use another copy of it")
    }
  }

  private struct Problem: Error { let text: String }

  private static func decode(
    _ bytes: UnsafeRawBufferPointer, _ context: OpaquePointer
  ) -> Result<DecodedImage, Problem> {
    var header = spng_ihdr()
    var code = spng_set_chunk_limits(context, memoryLimit, memoryLimit)
    if code == 0 { code = spng_set_png_buffer(context, bytes.baseAddress, bytes.count) }
    if code == 0 { code = spng_get_ihdr(context, &header) }
    guard code == 0 else { return .failure(Problem(text: text(code))) }
    let (width, height) = (Int(header.width), Int(header.height))
    guard width * height <= DecodedImage.pixelLimit else {
      return .failure(Problem(text: "\(height)×\(width) pixels are more than the limit of \(DecodedImage.pixelLimit)"))
    }
    var transparency = spng_trns()
    let isGrey =
      UInt32(header.color_type) == SPNG_COLOR_TYPE_GRAYSCALE.rawValue && header.bit_depth <= 8
      && spng_get_trns(context, &transparency) != 0
    let format = CInt((isGrey ? SPNG_FMT_G8 : SPNG_FMT_RGBA8).rawValue)
    var decoded = [UInt8](repeating: 0, count: width * height * (isGrey ? 1 : 4))
    let flags = CInt(SPNG_DECODE_TRNS.rawValue)
    code = spng_decode_image(context, &decoded, decoded.count, format, isGrey ? 0 : flags)
    // The chunks behind the image tell whether the file is whole.
    if code == 0 { code = spng_decode_chunks(context) }
    guard code == 0 else { return .failure(Problem(text: text(code))) }
    let pixels = isGrey ? decoded : DecodedImage.onWhite(decoded)
    return .success(DecodedImage(pixels: pixels, width: width, height: height, channels: isGrey ? 1 : 3))
  }

  private static func newContext(_ flags: CInt) throws(FileError) -> OpaquePointer {
    guard let context = spng_ctx_new(flags) else {
      throw FileError(.unreadable, "cannot start the PNG library: out of memory")
    }
    return context
  }

  private static func text(_ code: CInt) -> String { String(cString: spng_strerror(code)) }
}

extension DecodedImage {
  /// Red, green and blue of pixels with an alpha channel in front of white.
  static func onWhite(_ rgba: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: rgba.count / 4 * 3)
    for pixel in 0..<rgba.count / 4 {
      let alpha = Int(rgba[4 * pixel + 3])
      for channel in 0..<3 {
        let mixed = Int(rgba[4 * pixel + channel]) * alpha + 255 * (255 - alpha)
        result[3 * pixel + channel] = UInt8((mixed + 127) / 255)
      }
    }
    return result
  }
}
