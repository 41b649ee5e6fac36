internal import Files

/// What the first bytes of a file say that it is.
enum FileKind {
  /// How many bytes are looked at.
  static let headCount = 512

  /// A kind of file that is no image that is read.
  private struct Kind {
    let offset: Int
    let start: [UInt8]
    let name: String
    let advice: String

    init(_ start: String, at offset: Int = 0, _ name: String, _ advice: String = convert) {
      self.init(Array(start.utf8), at: offset, name, advice)
    }

    init(_ start: [UInt8], at offset: Int = 0, _ name: String, _ advice: String = convert) {
      (self.start, self.offset, self.name, self.advice) = (start, offset, name, advice)
    }

    func fits(_ bytes: [UInt8]) -> Bool { bytes.dropFirst(offset).starts(with: start) }
  }

  private static let convert = "convert it to JPEG, PNG or WebP, or remove it"
  private static let again = "download it again, or remove it"

  private static let kinds: [Kind] = [
    Kind("GIF8", "a GIF file"), Kind("BM", "a BMP file"),
    Kind("II*\0", "a TIFF file"), Kind("MM\0*", "a TIFF file"), Kind("ftypavif", at: 4, "an AVIF file"),
    Kind("ftyphei", at: 4, "a HEIC file"), Kind("ftyphev", at: 4, "a HEIC file"),
    Kind("ftypmif1", at: 4, "a HEIF file"),
    Kind("ftypmsf1", at: 4, "a HEIF file"), Kind("ftyp", at: 4, "a film"), Kind([0xFF, 0x0A], "a JPEG XL file"),
    Kind("JXL ", at: 4, "a JPEG XL file"), Kind("jP  ", at: 4, "a JPEG 2000 file"), Kind("8BPS", "a Photoshop file"),
    Kind("%PDF", "a PDF file"), Kind("<svg", "an SVG file"), Kind("<?xml", "an XML file, perhaps SVG"),
    Kind([0, 5, 0x16, 7], "macOS's notes about another file", "remove it"),
    Kind("version https://git-lfs", "a pointer of Git LFS", "run 'git lfs pull' where it came from"),
    Kind("PK", "a zip archive", "unpack it"), Kind([0x1F, 0x8B], "a file compressed with gzip", "unpack it"),
  ]

  /// Whether a file begins as JPEG files do.
  static func isJPEG(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0xFF, 0xD8, 0xFF]) }

  /// Whether a file begins as JPEG, PNG or WebP files do.
  static func isImage(_ bytes: [UInt8]) -> Bool {
    isJPEG(bytes) || bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) || WebP.isOne(bytes)
  }

  /// The sentence for a file that is no image.
  ///
  /// - Parameters:
  ///   - bytes: The beginning of the file.
  ///   - name: What people know it by.
  /// - Returns: The error to throw.
  static func error(_ bytes: [UInt8], name: String) -> FileError {
    let (kind, advice) = describe(Array(bytes.prefix(headCount)))
    return FileError(.malformed, "expected a JPEG, PNG or WebP file at '\(name)' and found \(kind); \(advice)")
  }

  private static func describe(_ head: [UInt8]) -> (kind: String, advice: String) {
    if head.isEmpty { return ("an empty file", again) }
    if head.allSatisfy({ $0 == 0 }) { return ("nothing but zeros", again) }
    if let kind = kinds.first(where: { $0.fits(head) }) { return (kind.name, kind.advice) }
    let text = String(decoding: head.prefix(100), as: UTF8.self).lowercased()
    if ["<!doctype html", "<html", "<head", "<body"].contains(where: text.contains) { return ("an HTML page", again) }
    return ("something else", "convert it or remove it")
  }
}
