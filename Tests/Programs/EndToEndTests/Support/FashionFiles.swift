import Foundation

/// The two files of a data set as small as it can be in the format of Fashion-MNIST: 20 images.
struct FashionFiles {
  /// The file of images, a header and 28×28 pixels each.
  var images: [UInt8]
  /// The file of labels, a header and one byte each.
  var labels: [UInt8]

  static let imagesName = "train-images-idx3-ubyte"
  static let labelsName = "train-labels-idx1-ubyte"

  /// Grey squares, each class at its own height; `seed` gives other images.
  init(seed: Int = 0) {
    images = [0, 0, 8, 3, 0, 0, 0, 20, 0, 0, 0, 28, 0, 0, 0, 28]
    labels = [0, 0, 8, 1, 0, 0, 0, 20]
    for image in 0..<20 {
      for row in 0..<28 {
        for column in 0..<28 {
          images.append((row / 2 == image % 10 + 2) ? UInt8((column * 7 + image + seed) % 256) : 0)
        }
      }
      labels.append(UInt8(image % 10))
    }
  }

  /// Writes the files, uncompressed.
  func write(to scratch: Scratch, _ directory: String = "data") throws {
    try scratch.write(images, to: directory + "/" + Self.imagesName)
    try scratch.write(labels, to: directory + "/" + Self.labelsName)
  }

  /// Writes the files as gzip would leave them.
  func writeCompressed(to scratch: Scratch, _ directory: String = "data") throws {
    try write(to: scratch, directory)
    for name in [Self.imagesName, Self.labelsName] {
      let path = scratch.at(directory + "/" + name)
      let outcome = try RunningCommand(["gzip", "--no-name", path]).wait()
      guard outcome.code == 0 else { throw Hang(description: outcome.description) }
    }
  }
}
