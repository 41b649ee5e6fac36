package import Tensors

/// What training and sampling draw random numbers for.
extension RandomStream.Purpose {
  /// Latent vectors of training.
  package static let latents = Self(rawValue: 3)
  /// Classes of generated images in training.
  package static let labels = Self(rawValue: 4)
  /// Latent vectors of samples, by class.
  package static let samples = Self(rawValue: 7)
  /// Latent vectors of the pairs by which a generator's diversity is measured.
  package static let diversity = Self(rawValue: 10)
  /// How real images are augmented.
  package static let realAugmentations = Self(rawValue: 20)
  /// How generated images are augmented.
  package static let generatedAugmentations = Self(rawValue: 21)
  /// Latent vectors of the batches that standing statistics of batch norm are taken from.
  package static let standingLatents = Self(rawValue: 22)
  /// Their classes.
  package static let standingLabels = Self(rawValue: 23)
}
