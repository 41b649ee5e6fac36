internal import Files
internal import Formats

/// Images as MNIST has them: a file of images and a file of labels, each compressed with gzip or not.
struct IDXFolder {
  /// All images.
  let images: IDX
  /// The class of each.
  let labels: [UInt8]
  private let directory: String
  private let split: DataSplit

  /// Number, height, width and channels of the file's images.
  var shape: (count: Int, height: Int, width: Int, channels: Int) {
    let extents = images.dimensions
    return (extents[0], extents[1], extents[2], extents.count == 4 ? extents[3] : 1)
  }

  /// The largest label.
  var largest: Int { Int(labels.max() ?? 0) }

  /// Reads both files.
  ///
  /// - Parameters:
  ///   - directory: Where they are.
  ///   - split: Which images.
  ///   - advice: What to try where there are none.
  /// - Throws: `DatasetError` when they are missing, damaged or contradict each other.
  init(_ directory: String, _ split: DataSplit, advice: String) throws(DatasetError) {
    (self.directory, self.split) = (directory, split)
    // MNIST's test images are the first ten thousand of another collection.
    let set = split.isTest ? "t10k" : "train"
    let imageNames = ["\(set)-images-idx3-ubyte", "\(set)-images-idx4-ubyte"]
    let labelName = "\(set)-labels-idx1-ubyte"
    guard let images = try Self.read(directory, imageNames) else {
      throw NearMiss.lacking(imageNames[0] + ".gz", "idx", in: directory, advice: advice)
    }
    guard let labels = try Self.read(directory, [labelName]) else {
      throw NearMiss.lacking(labelName + ".gz", "idx", in: directory, advice: advice)
    }
    let extents = images.dimensions
    guard extents.count == 3 || extents.count == 4 && [1, 3].contains(extents[3]), !extents[1...].contains(0) else {
      throw DatasetError(
        .malformed,
        "expected images of dimensions [N, H, W], [N, H, W, 1] or [N, H, W, 3] in '\(directory)' and found \(extents); "
          + "use other files")
    }
    guard labels.dimensions == [extents[0]], !labels.elements.isEmpty else {
      throw DatasetError(
        .malformed,
        "expected one label for each of \(extents[0]) images in '\(directory)' and found labels of dimensions "
          + "\(labels.dimensions); use another copy of the files")
    }
    self.images = images
    self.labels = Array(labels.elements)
  }

  /// The data set in a form that a network wants.
  ///
  /// - Parameters:
  ///   - name: What people call it.
  ///   - names: The names of its classes, by label.
  ///   - request: The form wanted.
  /// - Returns: The data set; images that are smaller than the network's lie in the middle of black.
  /// - Throws: `DatasetError` when the request asks for fewer classes than the labels need.
  func open(_ name: String, classNames names: [String], _ request: ImageSpecification) throws(DatasetError)
    -> StoredImages
  {
    let names = try classNames(names, wanted: request.classes, largest: largest, of: name)
    var shape = shape
    let (_, height, width, channels) = shape
    let count = try split.count(of: shape.count, in: directory)
    shape.count = count
    let side = request.resolution
    let form = height <= side && width <= side ? "padded" : "cut and resized"
    let images = try FittedImages(
      images.elements.prefix(count * height * width * channels), shape: shape, request, growth: .padded)
    return try StoredImages(
      "\(name), \(count) \(split.noun) of \(height)×\(width)\((height, width) == (side, side) ? "" : " \(form) to \(side)×\(side)")"
        + ", from \(directory)",
      images, labels: Array(labels.prefix(count)), classNames: names,
      channels: request.channels ?? channels, original: (height, width))
  }

  /// The first file of some names that there is.
  private static func read(_ directory: String, _ names: [String]) throws(DatasetError) -> IDX? {
    for name in names {
      for suffix in [".gz", ""] {
        do throws(FileError) {
          return try IDX(path: directory + "/" + name + suffix, memory: MemoryLimit.byteCount)
        } catch {
          guard error.kind == .missing else { throw DatasetError(error) }
        }
      }
    }
    return nil
  }
}
