/// Which data set a run uses, as the command line and the configuration write it.
public enum DataSpecification: Sendable, Equatable, CustomStringConvertible {
  /// `fashion-mnist` or `fashion-mnist:DIR`.
  case fashionMNIST(directory: String)
  /// `synthetic` or `synthetic:count=N`.
  case synthetic(count: Int)

  /// Reads a specification.
  public init(parsing text: String) throws(DatasetError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let argument = parts.count > 1 ? parts[1] : nil
    switch (parts[0], argument) {
    case ("fashion-mnist", nil): self = .fashionMNIST(directory: FashionMNIST.defaultDirectory)
    case ("fashion-mnist", .some(let directory)) where !directory.isEmpty: self = .fashionMNIST(directory: directory)
    case ("synthetic", nil): self = .synthetic(count: SyntheticShapes.defaultCount)
    case ("synthetic", .some(let setting)):
      guard setting.hasPrefix("count="), let count = Int(setting.dropFirst(6)), (1...Int(UInt32.max)).contains(count)
      else {
        throw DatasetError(.usage, "expected synthetic:count=N with a positive number N and found '\(text)'")
      }
      self = .synthetic(count: count)
    default:
      throw DatasetError(
        .usage, "expected data as fashion-mnist, fashion-mnist:DIR, synthetic or synthetic:count=N and found '\(text)'")
    }
  }

  /// The text that `init(parsing:)` reads.
  public var description: String {
    switch self {
    case .fashionMNIST(FashionMNIST.defaultDirectory): "fashion-mnist"
    case .fashionMNIST(let directory): "fashion-mnist:\(directory)"
    case .synthetic(SyntheticShapes.defaultCount): "synthetic"
    case .synthetic(let count): "synthetic:count=\(count)"
    }
  }

  /// Opens the data set for a network.
  ///
  /// - Parameters:
  ///   - resolution: Height and width of the network's images.
  ///   - channels: 1 or 3; what the data set has by itself where `nil`.
  ///   - classes: How many classes the network shall have; as many as the data set has where `nil`.
  /// - Returns: The data set, with exactly that resolution, channels and number of class names.
  /// - Throws: `DatasetError` when the data set is missing or damaged or cannot be had in this form.
  public func open(
    resolution: Int, channels: Int? = nil, classes: Int? = nil
  ) throws(DatasetError) -> any LabeledImages {
    if let channels, channels != 1, channels != 3 {
      throw DatasetError(.configuration, "expected 1 or 3 image channels and found \(channels)")
    }
    if let classes, classes < 1 {
      throw DatasetError(.configuration, "expected at least one class and found \(classes)")
    }
    switch self {
    case .fashionMNIST(let directory):
      guard resolution == FashionMNIST.paddedSide else {
        throw DatasetError(
          .configuration,
          "expected a preset of resolution 32 for fashion-mnist and found resolution \(resolution); "
            + "choose such a preset, or the data set synthetic, which has any resolution")
      }
      return try FashionMNIST(directory: directory, channels: channels ?? 1, classes: classes)
    case .synthetic(let count):
      let classes = classes ?? (resolution >= 64 ? 1000 : 10)
      guard classes <= SyntheticShapes.classLimit else {
        throw DatasetError(
          .configuration, "expected at most \(SyntheticShapes.classLimit) classes for synthetic and found \(classes)")
      }
      return SyntheticShapes(resolution: resolution, channels: channels ?? 3, classes: classes, count: count)
    }
  }
}
