public import DataParallel

/// What the ranks of a run exchange, each on a channel of its own.
extension ReplicaGroup.Channel {
  /// Gradients and statistics of the generator.
  public static let generator = Self(1, "the sum of the generator's gradients")
  /// Gradients of the discriminator.
  public static let discriminator = Self(2, "the sum of the discriminator's gradients")
  /// Moments that layers share during a pass.
  public static let moments = Self(3, "the sum of moments for batch norm")
  /// Losses, which also say whether to stop.
  public static let losses = Self(4, "the sum of losses")

  /// All of them, for a group of ranks that trains.
  public static let training: [Self] = [.generator, .discriminator, .moments, .losses]
}
