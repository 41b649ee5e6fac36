internal import Tensors

/// What the classifier draws random numbers for.
extension RandomStream.Purpose {
  /// Shifts of its training images.
  static let classifierImages = Self(rawValue: 16)
}

extension RandomStream.Owner {
  /// The classifier, among the networks.
  static let classifier = Self(rawValue: 3)
}
