/// Square images with a class each, in any order asked for.
///
/// Any thread may ask for any image at any time; asking allocates nothing.
public protocol ImageDataset: Sendable {
  /// For people: what the data set is and how large.
  var description: String { get }
  /// Number of images.
  var count: Int { get }
  /// A name for every class, by label; may name more classes than there are labels.
  var classNames: [String] { get }
  /// Height and width of every image.
  var resolution: Int { get }
  /// 1 (grey) or 3 (red, green, blue).
  var channels: Int { get }
  /// Equal for equal images, labels and order, whatever files they came from.
  var fingerprint: String { get }
  /// What the data set consists of, as far as it is known.
  var summary: DataSummary { get }
  /// The class of an image, below `classNames.count`.
  func label(_ index: Int) -> Int
  /// Writes the `resolution`² · `channels` bytes of an image: rows from the top, channels fastest.
  ///
  /// - Parameters:
  ///   - index: The image, below `count`.
  ///   - pixels: Where to write.
  /// - Throws: `DatasetError` if a file that the images lie in can no longer be read.
  func copyPixels(_ index: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws(DatasetError)
}

extension ImageDataset {
  /// Bytes of one image.
  public var imageSize: Int { resolution * resolution * channels }

  /// Nothing is known.
  public var summary: DataSummary { DataSummary() }
}
