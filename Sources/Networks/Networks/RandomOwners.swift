public import Tensors

/// Whose update random numbers belong to.
extension RandomStream.Owner {
  /// The generator's.
  public static let generator = Self(rawValue: 1)
  /// The discriminator's.
  public static let discriminator = Self(rawValue: 2)
}
