internal import Formats

/// The 60,000 training images of Fashion-MNIST: grey, ten kinds of garment.
///
/// Published by Xiao, Rasul and Vollgraf (2017). The 28×28 images lie in the middle of 32×32, the border black. All
/// pixels are held in memory, with one channel; a second and third channel repeat it.
public struct FashionMNIST: LabeledImages {
  /// Where Debian's package `dataset-fashion-mnist` puts the files.
  public static let defaultDirectory = "/usr/share/datasets/fashion-mnist"
  /// Height and width of the images after padding.
  public static let paddedSide = 32
  private static let names = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
  ]
  private static let side = 28

  /// For people: what the data set is and how large.
  public let description: String
  /// Number of images.
  public let count: Int
  /// A name for every class, by label.
  public let classNames: [String]
  /// 1, or 3 equal ones.
  public let channels: Int
  /// Checksum of all images and labels.
  public private(set) var fingerprint = ""
  private let pixels: [UInt8]
  private let labels: [UInt8]

  /// Height and width of every image.
  public var resolution: Int { Self.paddedSide }

  /// Reads the data set.
  ///
  /// - Parameters:
  ///   - directory: Where the four files are, compressed with gzip or not; only the two of the training set are read.
  ///   - channels: 1, or 3 for three equal ones.
  ///   - classes: How many classes a network shall have, if more than ten.
  /// - Throws: `DatasetError` when files are missing, damaged or contradict each other.
  public init(
    directory: String = Self.defaultDirectory, channels: Int = 1, classes: Int? = nil
  ) throws(DatasetError) {
    precondition(channels == 1 || channels == 3, "Fashion-MNIST with \(channels) channels")
    let images = try Self.read(directory, "train-images-idx3-ubyte")
    let labels = try Self.read(directory, "train-labels-idx1-ubyte")
    guard images.dimensions.count == 3, images.dimensions[1...] == [Self.side, Self.side] else {
      throw DatasetError(
        .malformed,
        "expected images of dimensions [N, 28, 28] in '\(directory)' and found \(images.dimensions); "
          + "check that it holds Fashion-MNIST")
    }
    guard labels.dimensions == [images.dimensions[0]], !labels.elements.isEmpty else {
      throw DatasetError(
        .malformed,
        "expected one label for each of \(images.dimensions[0]) images in '\(directory)' and found labels "
          + "of dimensions \(labels.dimensions); use another copy of the files")
    }
    let largest = Int(labels.elements.max() ?? 0)
    guard largest < Self.names.count else {
      throw DatasetError(
        .malformed,
        "expected labels 0 to 9 in '\(directory)' and found the label \(largest); check that it holds "
          + "Fashion-MNIST")
    }
    classNames = try Datasets.classNames(Self.names, wanted: classes, largest: largest, of: "Fashion-MNIST")
    count = images.dimensions[0]
    description = "Fashion-MNIST, \(count) images of 28×28 padded to 32×32, from \(directory)"
    self.channels = channels
    self.labels = Array(labels.elements)
    pixels = Self.padded(images.elements, count)
    fingerprint = Datasets.fingerprint(of: self)
  }

  /// The class of an image.
  public func label(_ index: Int) -> Int { Int(labels[index]) }

  /// Writes the bytes of an image.
  public func copyPixels(_ index: Int, into target: UnsafeMutableBufferPointer<UInt8>) {
    precondition(index >= 0 && index < count, "image \(index) of \(count)")
    precondition(target.count == imageSize, "an image of \(imageSize) bytes into \(target.count)")
    let size = resolution * resolution
    pixels.withUnsafeBufferPointer { pixels in
      let image = UnsafeBufferPointer(rebasing: pixels[index * size..<(index + 1) * size])
      if channels == 1 {
        _ = target.update(fromContentsOf: image)
      } else {
        for (position, value) in image.enumerated() {
          for channel in 0..<channels { target[position * channels + channel] = value }
        }
      }
    }
  }

  private static func read(_ directory: String, _ name: String) throws(DatasetError) -> IDX {
    for suffix in [".gz", ""] {
      do throws(FormatError) {
        return try IDX(path: directory + "/" + name + suffix)
      } catch {
        guard error.kind == .missing else { throw DatasetError(error) }
      }
    }
    throw DatasetError(
      .file(.missing),
      "expected '\(name).gz' in '\(directory)' and found none; install the Debian package dataset-fashion-mnist or name "
        + "the directory as fashion-mnist:DIR")
  }

  /// Each image in the middle of a black square.
  private static func padded(_ images: ArraySlice<UInt8>, _ count: Int) -> [UInt8] {
    let margin = (paddedSide - side) / 2
    var result = [UInt8](repeating: 0, count: count * paddedSide * paddedSide)
    result.withUnsafeMutableBufferPointer { target in
      images.withUnsafeBufferPointer { source in
        for row in 0..<count * side {
          let (image, y) = row.quotientAndRemainder(dividingBy: side)
          let start = (image * paddedSide + y + margin) * paddedSide + margin
          for x in 0..<side { target[start + x] = source[row * side + x] }
        }
      }
    }
    return result
  }
}
