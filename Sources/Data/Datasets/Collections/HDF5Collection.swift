internal import Files
internal import Formats
internal import Images

/// `hdf5:FILE`: the images of a file that BigGAN-PyTorch or StudioGAN prepared.
struct HDF5Collection: ImageCollection {
  let place: String
  let classNames: [String]
  private let images: HDF5Images
  private let identity: FileIdentity

  /// Opens a file.
  init(_ path: String) throws(DatasetError) {
    place = path
    (images, identity) = try FileIdentity.opened(path, "an HDF5 file") { (path) throws(FileError) in
      try HDF5Images(path: path)
    }
    classNames = numberedClasses(images.labels)
  }

  var title: String { "HDF5 file '\(place)'" }
  var channels: Int { images.channels }
  var count: Int { images.labels.count }
  var imagesTogether: Int { images.imagesTogether }
  func label(_ index: Int) -> Int32 { images.labels[index] }
  func name(_ index: Int) -> String { "image \(index)" }

  func identify(_ hash: Fingerprint) {
    hash.update("hdf5")
    identity.update(hash)
  }

  func reader() throws(FileError) -> any ImageReader { Reader(images: images, rows: try images.reader()) }

  private struct Reader: ImageReader {
    let images: HDF5Images
    let rows: HDF5Images.Reader

    func read(_ index: Int) throws(FileError) -> ImageReading {
      let image = DecodedImage(
        pixels: try rows.image(index), width: images.width, height: images.height, channels: images.channels)
      return ImageReading(image)
    }
  }
}
