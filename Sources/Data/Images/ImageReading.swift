public import Files

/// An image of a file as it is stored, and what else the file says.
public struct ImageReading: Sendable {
  /// The image as it is stored.
  public let image: DecodedImage
  /// What is odd about the file, if anything is.
  public let remark: String?
  /// The way up that it says the image has: EXIF's number, from 1, as it is stored, to 8.
  public let orientation: Int

  /// An image that is not from a file of its own.
  public init(_ image: DecodedImage) { (self.image, remark, orientation) = (image, nil, 1) }

  /// Reads a JPEG, PNG or WebP file; of others no more than the beginning is looked at.
  ///
  /// - Parameter path: The file; its ending does not matter.
  /// - Throws: `FileError` when the file is none of these, or damaged, or claims more than `DecodedImage.pixelLimit` pixels.
  public init(path: String) throws(FileError) {
    let file = try InputFile(path: path)
    let head = try file.head(FileKind.headCount)
    guard FileKind.isImage(head) else { throw FileKind.error(head, name: path) }
    try self.init(try file.bytes(limit: DecodedImage.fileLimit), name: path)
  }

  /// Reads a JPEG, PNG or WebP file, whichever the bytes are.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - name: What error messages call it.
  /// - Throws: `FileError` when the bytes are none of these, or damaged, or claim more than `DecodedImage.pixelLimit` pixels.
  public init(_ bytes: [UInt8], name: String) throws(FileError) {
    (image, remark) = try DecodedImage.read(bytes, name: name)
    orientation = Orientation.number(bytes)
  }
}
