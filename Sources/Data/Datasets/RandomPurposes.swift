package import Tensors

/// What data sets draw random numbers for.
extension RandomStream.Purpose {
  /// The order of the data set, by epoch.
  package static let order = Self(rawValue: 5)
  /// The content of synthetic data.
  package static let synthetic = Self(rawValue: 6)
  /// Which real images are mirrored.
  package static let mirroring = Self(rawValue: 9)
}
