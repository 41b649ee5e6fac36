internal import Files

/// Which data set a run uses, as the command line and the configuration write it.
public enum DataSpecification: Sendable, Equatable, CustomStringConvertible {
  /// `fashion-mnist` or `fashion-mnist:DIR`.
  case fashionMNIST(directory: String)
  /// `synthetic` or `synthetic:count=N`.
  case synthetic(count: Int)
  /// `folder:DIR`: a folder of images for each class.
  case folder(directory: String)
  /// `cifar10:DIR`: CIFAR-10's binary version.
  case cifar10(directory: String)
  /// `idx:DIR`: a training set in the files of MNIST.
  case idx(directory: String)

  /// All that can be written, for messages and help.
  public static let kinds =
    "folder:DIR, cifar10:DIR, idx:DIR, fashion-mnist, fashion-mnist:DIR, synthetic or synthetic:count=N"

  /// Reads a specification.
  public init(parsing text: String) throws(DatasetError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let argument = parts.count > 1 ? parts[1] : nil
    switch (parts[0], argument) {
    case ("fashion-mnist", nil): self = .fashionMNIST(directory: FashionMNIST.defaultDirectory)
    case ("fashion-mnist", .some(let directory)) where !directory.isEmpty: self = .fashionMNIST(directory: directory)
    case ("folder", .some(let directory)) where !directory.isEmpty: self = .folder(directory: directory)
    case ("cifar10", .some(let directory)) where !directory.isEmpty: self = .cifar10(directory: directory)
    case ("idx", .some(let directory)) where !directory.isEmpty: self = .idx(directory: directory)
    case ("synthetic", nil): self = .synthetic(count: SyntheticShapes.defaultCount)
    case ("synthetic", .some(let setting)):
      guard setting.hasPrefix("count="), let count = Int(setting.dropFirst(6)),
        (1...SyntheticShapes.countLimit).contains(count)
      else {
        throw DatasetError(
          .usage,
          "expected synthetic:count=N with a number N from 1 to \(grouped(SyntheticShapes.countLimit)) and found '\(text)'"
        )
      }
      self = .synthetic(count: count)
    default:
      throw DatasetError(
        .usage, "expected data as \(Self.kinds) and found '\(text)'" + (NearMiss.meant(by: text) ?? ""))
    }
  }

  /// The text that `init(parsing:)` reads.
  public var description: String {
    switch self {
    case .fashionMNIST(FashionMNIST.defaultDirectory): "fashion-mnist"
    case .fashionMNIST(let directory): "fashion-mnist:\(directory)"
    case .folder(let directory): "folder:\(directory)"
    case .cifar10(let directory): "cifar10:\(directory)"
    case .idx(let directory): "idx:\(directory)"
    case .synthetic(SyntheticShapes.defaultCount): "synthetic"
    case .synthetic(let count): "synthetic:count=\(count)"
    }
  }

  /// Finds the data set for a network; images that have to be decoded are not looked at.
  ///
  /// - Parameter request: The form in which the network wants its images.
  /// - Returns: The data set, with exactly that resolution, channels and number of class names.
  /// - Throws: `DatasetError` when the data set is missing or damaged or cannot be had in this form.
  public func find(_ request: ImageSpecification) throws(DatasetError) -> DatasetHandle {
    if let channels = request.channels, channels != 1, channels != 3 {
      throw DatasetError(.configuration, "expected 1 or 3 image channels and found \(channels)")
    }
    if let classes = request.classes, classes < 1 {
      throw DatasetError(.configuration, "expected at least one class and found \(classes)")
    }
    switch self {
    case .fashionMNIST(let directory):
      guard request.resolution == FashionMNIST.paddedSide else {
        throw DatasetError(
          .configuration,
          "expected a preset of resolution 32 for fashion-mnist and found resolution \(request.resolution); "
            + "choose such a preset, or the data set synthetic, which has any resolution")
      }
      return DatasetHandle(
        try FashionMNIST.images(directory: directory, channels: request.channels ?? 1, classes: request.classes))
    case .synthetic(let count): return DatasetHandle(try Self.synthetic(count, request))
    case .folder(let directory): return DatasetHandle(try ImageCache(try FolderListing(directory), request))
    case .cifar10(let directory): return DatasetHandle(try CIFAR10.open(directory, request))
    case .idx(let directory):
      let folder = try IDXFolder(directory, advice: "name the folder that holds the training set's files as idx:DIR")
      return DatasetHandle(try folder.open("IDX", classNames: (0...folder.largest).map(String.init), request))
    }
  }

  private static func synthetic(_ count: Int, _ request: ImageSpecification) throws(DatasetError) -> SyntheticShapes {
    let classes = request.classes ?? (request.resolution >= 64 ? 1000 : 10)
    guard classes <= SyntheticShapes.classLimit else {
      throw DatasetError(
        .configuration, "expected at most \(SyntheticShapes.classLimit) classes for synthetic and found \(classes)")
    }
    let order = SampleOrder.bytesPerImage * count
    guard order <= MemoryLimit.byteCount else {
      throw DatasetError(
        .configuration,
        "the order of \(grouped(count)) images takes \(mebibytes(order)) MiB of memory, and "
          + "\(mebibytes(MemoryLimit.byteCount)) MiB are available; choose a smaller synthetic:count=N")
    }
    return SyntheticShapes(
      resolution: request.resolution, channels: request.channels ?? 3, classes: classes, count: count)
  }
}
