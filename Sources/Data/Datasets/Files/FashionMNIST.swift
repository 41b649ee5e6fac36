internal import Formats

/// The 60,000 training or 10,000 test images of Fashion-MNIST: grey, ten kinds of garment.
///
/// Published by Xiao, Rasul and Vollgraf (2017). The 28×28 images lie in the middle of 32×32, the border black. All
/// pixels are held in memory, with one channel; a second and third channel repeat it.
public enum FashionMNIST {
  /// Where Debian's package `dataset-fashion-mnist` puts the files.
  public static let defaultDirectory = "/usr/share/datasets/fashion-mnist"
  /// Height and width of the images after padding.
  public static let paddedSide = 32
  private static let names = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
  ]

  /// Reads the data set.
  ///
  /// - Parameters:
  ///   - directory: Where the four files are, compressed with gzip or not; only the two of the split are read.
  ///   - split: Which images.
  ///   - channels: 1, or 3 for three equal ones.
  ///   - classes: How many classes a network shall have, if more than ten.
  /// - Returns: The data set.
  /// - Throws: `DatasetError` when files are missing, damaged or contradict each other.
  public static func images(
    directory: String = Self.defaultDirectory, split: DataSplit = .training, channels: Int = 1, classes: Int? = nil
  ) throws(DatasetError) -> any ImageDataset {
    let folder = try IDXFolder(
      directory, split,
      advice: "install the Debian package dataset-fashion-mnist or name the directory as fashion-mnist:DIR")
    guard folder.images.dimensions.count == 3, folder.images.dimensions[1...] == [28, 28] else {
      throw DatasetError(
        .malformed,
        "expected images of dimensions [N, 28, 28] in '\(directory)' and found \(folder.images.dimensions); "
          + "check that it holds Fashion-MNIST")
    }
    guard folder.largest < names.count else {
      throw DatasetError(
        .malformed,
        "expected labels 0 to 9 in '\(directory)' and found the label \(folder.largest); check that it holds "
          + "Fashion-MNIST")
    }
    return try folder.open(
      "Fashion-MNIST", classNames: names,
      ImageSpecification(resolution: paddedSide, channels: channels, classes: classes))
  }
}
