import Tensors

// Purposes and owners as users of streams number them.
extension RandomStream.Purpose {
  static let initialization = Self(rawValue: 1)
  static let latents = Self(rawValue: 3)
  static let labels = Self(rawValue: 4)
}

extension RandomStream.Owner {
  static let generator = Self(rawValue: 1)
  static let discriminator = Self(rawValue: 2)
}
