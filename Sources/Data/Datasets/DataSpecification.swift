internal import Files

/// Which data set a run uses, as the command line and the configuration write it.
public enum DataSpecification: Sendable, Equatable, CustomStringConvertible {
  /// `fashion-mnist` or `fashion-mnist:DIR`, with `:test` behind it for its test images, and `:count=N` for the first N.
  case fashionMNIST(directory: String, split: DataSplit = .training)
  /// `synthetic` or `synthetic:count=N`.
  case synthetic(count: Int)
  /// `folder:DIR`: a folder of images for each class.
  case folder(directory: String)
  /// `hdf5:FILE`: `imgs` and `labels`, as BigGAN-PyTorch and StudioGAN prepare them.
  case hdf5(file: String)
  /// `npz:FILE`: `images` and `labels`, or `arr_0` and `arr_1`.
  case npz(file: String)
  /// `webdataset:DIR/name-{000..099}.tar`: shards of WebDataset.
  case webDataset(shards: String)
  /// `tfrecord:DIR`: images and labels in records of TensorFlow.
  case tfRecord(path: String)
  /// `stylegan:DIR` or `stylegan:FILE.zip`: images with their classes in `dataset.json`.
  case styleGAN(path: String)
  /// `packed:FILE`: images that `sagan data pack` has prepared.
  case packed(file: String)
  /// `cifar10:DIR` or `cifar10:DIR:test`: CIFAR-10's binary version, or the one for Python.
  case cifar10(directory: String, split: DataSplit = .training)
  /// `cifar100:DIR`, with `:coarse` behind it for twenty classes: CIFAR-100 likewise.
  case cifar100(directory: String, labels: CIFAR100Labels = .fine, split: DataSplit = .training)
  /// `idx:DIR` or `idx:DIR:test`: images in the files of MNIST.
  case idx(directory: String, split: DataSplit = .training)

  /// All that can be written, for messages and help.
  public static let kinds =
    "folder:DIR, packed:FILE, hdf5:FILE, npz:FILE, webdataset:DIR/NAME-{000..099}.tar, tfrecord:DIR, stylegan:DIR, stylegan:FILE.zip, "
    + "cifar10:DIR, cifar100:DIR, cifar100:DIR:coarse, idx:DIR, fashion-mnist, fashion-mnist:DIR, synthetic or "
    + "synthetic:count=N (with :test behind cifar10:DIR, cifar100:DIR, idx:DIR and fashion-mnist for their test images, and :count=N for the first N)"

  /// Reads a specification.
  public init(parsing text: String) throws(DatasetError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let argument = parts.count > 1 ? parts[1] : nil
    var (directory, split): (String?, DataSplit) = (nil, .training)
    if let argument, ["fashion-mnist", "cifar10", "cifar100", "idx"].contains(parts[0]) {
      (directory, split) = try DataSplit.split(argument)
    }
    switch (parts[0], argument) {
    case ("fashion-mnist", _) where directory != "":
      self = .fashionMNIST(directory: directory ?? FashionMNIST.defaultDirectory, split: split)
    case ("folder", .some(let directory)) where !directory.isEmpty: self = .folder(directory: directory)
    case ("hdf5", .some(let file)) where !file.isEmpty: self = .hdf5(file: file)
    case ("webdataset", .some(let shards)) where !shards.isEmpty:
      _ = try ShardPattern.paths(shards)
      self = .webDataset(shards: shards)
    case ("tfrecord", .some(let path)) where !path.isEmpty: self = .tfRecord(path: path)
    case ("stylegan", .some(let path)) where !path.isEmpty: self = .styleGAN(path: path)
    case ("npz", .some(let file)) where !file.isEmpty: self = .npz(file: file)
    case ("packed", .some(let file)) where !file.isEmpty: self = .packed(file: file)
    case ("cifar100", _) where CIFAR100Labels.split(directory).directory?.isEmpty == false:
      let (directory, labels) = CIFAR100Labels.split(directory)
      self = .cifar100(directory: directory ?? "", labels: labels, split: split)
    case ("cifar10", _) where directory?.isEmpty == false: self = .cifar10(directory: directory ?? "", split: split)
    case ("idx", _) where directory?.isEmpty == false: self = .idx(directory: directory ?? "", split: split)
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
    case .fashionMNIST(FashionMNIST.defaultDirectory, let split): "fashion-mnist" + split.suffix
    case .fashionMNIST(let directory, let split): "fashion-mnist:\(directory)" + split.suffix
    case .folder(let directory): "folder:\(directory)"
    case .hdf5(let file): "hdf5:\(file)"
    case .npz(let file): "npz:\(file)"
    case .packed(let file): "packed:\(file)"
    case .webDataset(let shards): "webdataset:\(shards)"
    case .tfRecord(let path): "tfrecord:\(path)"
    case .styleGAN(let path): "stylegan:\(path)"
    case .cifar100(let directory, let labels, let split):
      "cifar100:\(directory)" + (labels == .coarse ? ":coarse" : "") + split.suffix
    case .cifar10(let directory, let split): "cifar10:\(directory)" + split.suffix
    case .idx(let directory, let split): "idx:\(directory)" + split.suffix
    case .synthetic(SyntheticShapes.defaultCount): "synthetic"
    case .synthetic(let count): "synthetic:count=\(count)"
    }
  }

  /// Whether it is the test images of a data set.
  public var isTest: Bool {
    switch self {
    case .fashionMNIST(_, let split), .cifar10(_, let split), .cifar100(_, _, let split), .idx(_, let split):
      split.isTest
    case .folder, .packed, .hdf5, .npz, .webDataset, .tfRecord, .styleGAN, .synthetic: false
    }
  }

  /// All training images that belong to the same data set.
  public var trainingImages: DataSpecification {
    switch self {
    case .fashionMNIST(let directory, _): .fashionMNIST(directory: directory)
    case .cifar10(let directory, _): .cifar10(directory: directory)
    case .cifar100(let directory, let labels, _): .cifar100(directory: directory, labels: labels)
    case .idx(let directory, _): .idx(directory: directory)
    case .folder, .packed, .hdf5, .npz, .webDataset, .tfRecord, .styleGAN, .synthetic: self
    }
  }

  /// All test images that belong to the same data set, where its authors published some.
  public var testImages: DataSpecification? {
    switch self {
    case .fashionMNIST(let directory, _): .fashionMNIST(directory: directory, split: .test)
    case .cifar10(let directory, _): .cifar10(directory: directory, split: .test)
    case .cifar100(let directory, let labels, _): .cifar100(directory: directory, labels: labels, split: .test)
    case .idx(let directory, _): .idx(directory: directory, split: .test)
    case .folder, .packed, .hdf5, .npz, .webDataset, .tfRecord, .styleGAN, .synthetic: nil
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
    return DatasetHandle(try whole(request), part: request.part)
  }

  private func whole(_ request: ImageSpecification) throws(DatasetError) -> DatasetHandle.Source {
    switch self {
    case .fashionMNIST(let directory, let split):
      guard request.resolution == FashionMNIST.paddedSide else {
        throw DatasetError(
          .configuration,
          "expected a preset of resolution 32 for fashion-mnist and found resolution \(request.resolution); "
            + "choose such a preset, or the data set synthetic, which has any resolution")
      }
      return .open(
        try FashionMNIST.images(
          directory: directory, split: split, channels: request.channels ?? 1, classes: request.classes))
    case .synthetic(let count): return .open(try Self.synthetic(count, request))
    case .folder(let directory): return .decoded(try ImageCache(try FolderListing(directory), request))
    case .hdf5(let file): return .decoded(try ImageCache(try HDF5Collection(file), request))
    case .packed(let file): return .open(try PackedImages.open(file, request))
    case .npz(let file): return .decoded(try ImageCache(try NPZCollection(file), request))
    case .webDataset(let shards): return .decoded(try ImageCache(try WebDataset(shards), request))
    case .styleGAN(let path): return .decoded(try ImageCache(try StyleGANCollection(path), request))
    case .tfRecord(let path): return .decoded(try ImageCache(try TFRecordCollection(path), request))
    case .cifar10(let directory, let split): return .open(try CIFAR.ten(split).open(directory, request))
    case .cifar100(let directory, let labels, let split):
      return .open(try CIFAR.hundred(labels, split).open(directory, request))
    case .idx(let directory, let split):
      let folder = try IDXFolder(
        directory, split, advice: "name the folder that holds the data set's files as idx:DIR")
      return .open(try folder.open("IDX", classNames: (0...folder.largest).map(String.init), request))
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
