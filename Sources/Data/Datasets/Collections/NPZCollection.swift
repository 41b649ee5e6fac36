internal import Files
internal import Formats
internal import Images

/// `npz:FILE`: arrays of images and labels, as numpy.savez writes them.
struct NPZCollection: ImageCollection {
  let place: String
  let classNames: [String]
  let channels: Int
  let count: Int
  private let file: NPZFile
  private let name: String
  private let labels: [Int32]
  private let identity: FileIdentity

  /// What arrays are called by themselves, and in the files that diffusion papers exchange.
  private static let names = [(images: "images", labels: "labels"), (images: "arr_0", labels: "arr_1")]

  /// Opens a file, and reads its labels.
  init(_ path: String) throws(DatasetError) {
    place = path
    (file, identity) = try FileIdentity.opened(path, "an .npz file") { (path) throws(FileError) in
      try NPZFile(path: path)
    }
    let names = Self.names.first { [file] in file.contains($0.images) } ?? Self.names[0]
    name = names.images
    do throws(FileError) {
      let images = try NPZImages(file, name: names.images)
      labels = try images.labels(required: names.labels)
      (channels, count) = (images.channels, images.count)
    } catch {
      throw DatasetError(error)
    }
    classNames = numberedClasses(labels)
  }

  var title: String { ".npz file '\(place)'" }
  /// One thread reads them all, as the array's checksum is that of all.
  var imagesTogether: Int { count }
  /// Nor does that tell which of them is damaged.
  var tellsBadImages: Bool { false }
  func label(_ index: Int) -> Int32 { labels[index] }
  func name(_ index: Int) -> String { "image \(index)" }

  func identify(_ hash: Fingerprint) {
    hash.update("npz")
    identity.update(hash)
  }

  func reader() throws(FileError) -> any ImageReader {
    Reader(images: try NPZImages(file, name: name, comparesChecksum: true))
  }

  private struct Reader: ImageReader {
    let images: NPZImages

    func read(_ index: Int) throws(FileError) -> ImageReading {
      let pixels = try images.bytes(index..<index + 1)
      return ImageReading(
        DecodedImage(pixels: pixels, width: images.width, height: images.height, channels: images.channels))
    }
  }
}
