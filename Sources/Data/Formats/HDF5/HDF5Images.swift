public import Files

/// Images with labels in an HDF5 file, as BigGAN-PyTorch and StudioGAN prepare them.
///
/// Both call the datasets `imgs` and `labels`. Which axis has the channels is told from the shape: [image, channel, row, column]
/// in the files of BigGAN-PyTorch, [image, row, column, channel] in those of StudioGAN.
public struct HDF5Images: Sendable {
  /// Rows of an image.
  public let height: Int
  /// Pixels of a row.
  public let width: Int
  /// 1 or 3.
  public let channels: Int
  /// The class of every image.
  public let labels: [Int32]
  /// How many images are best read together.
  public var imagesTogether: Int { pixels.rowsTogether }
  private let pixels: HDF5Dataset
  /// Whether a channel is a plane.
  private let isPlanar: Bool

  private static let extentLimit = 1 << 13

  /// Opens the images of a file, and reads their labels.
  ///
  /// - Parameter path: The file.
  /// - Throws: `FileError` when there are no such datasets, or they contradict each other.
  public init(path: String) throws(FileError) {
    let file = try HDF5File(path: path)
    pixels = try file.dataset("imgs")
    let labels = try file.dataset("labels")
    let shape = pixels.shape
    let isImage = { (height: Int, width: Int, channels: Int) in
      (channels == 1 || channels == 3) && (1...Self.extentLimit).contains(height)
        && (1...Self.extentLimit).contains(width)
    }
    let isCandidate = pixels.elementSize == 1 && !pixels.isSigned && shape.count == 4 && shape[0] > 0
    let (planar, packed) =
      isCandidate ? (isImage(shape[2], shape[3], shape[1]), isImage(shape[1], shape[2], shape[3])) : (false, false)
    guard planar != packed else {
      throw FileError(
        .malformed,
        "expected images in \(pixels.name), uint8 of [count, 1 or 3, height, width] or [count, height, width, 1 or 3], and found "
          + "\(pixels.typeName) of \(shape); check what dataset that is")
    }
    isPlanar = planar
    (height, width, channels) = planar ? (shape[2], shape[3], shape[1]) : (shape[1], shape[2], shape[3])
    guard labels.shape == [shape[0]], shape[0] <= Int(UInt32.max) else {
      throw FileError(
        .malformed,
        "expected \(grouped(shape[0])) labels in \(labels.name), one for each image, and found \(labels.typeName) of "
          + "\(labels.shape); write the labels of these images")
    }
    self.labels = try ClassLabel.labels(try labels.integers(), of: labels.name)
  }

  /// A reader of images, for one thread.
  public func reader() throws(FileError) -> Reader { Reader(try pixels.reader(), self) }

  /// Reads images, best in their order.
  public final class Reader {
    private let rows: HDF5RowReader
    private let images: HDF5Images

    init(_ rows: HDF5RowReader, _ images: HDF5Images) { (self.rows, self.images) = (rows, images) }

    /// The bytes of an image, rows from the top, channels fastest.
    public func image(_ index: Int) throws(FileError) -> [UInt8] {
      let row = try rows.row(index)
      guard images.isPlanar, images.channels > 1 else { return Array(row) }
      let (plane, channels) = (images.height * images.width, images.channels)
      return [UInt8](unsafeUninitializedCapacity: row.count) { target, count in
        row.withUnsafeBufferPointer { source in
          for channel in 0..<channels {
            for pixel in 0..<plane { target[pixel * channels + channel] = source[channel * plane + pixel] }
          }
        }
        count = target.count
      }
    }
  }
}
