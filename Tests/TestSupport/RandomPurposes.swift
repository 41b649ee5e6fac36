public import Tensors

extension RandomStream.Purpose {
  /// Free for tests.
  public static let test = Self(rawValue: 8)
}
