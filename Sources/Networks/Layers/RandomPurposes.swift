public import Tensors

/// What layers draw random numbers for.
extension RandomStream.Purpose {
  /// Initial weights.
  public static let initialization = Self(rawValue: 1)
  /// Initial u vectors of spectral normalization.
  public static let spectralVectors = Self(rawValue: 2)
}
