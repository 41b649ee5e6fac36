/// The phases of a step that are timed separately.
public enum StepPhase: Int, CaseIterable, Sendable {
  /// The generator makes images, for either update.
  case generatorForward
  /// The discriminator judges images, for either update.
  case discriminatorForward
  /// Gradients on their way back through the discriminator, for either update.
  case discriminatorBackward
  /// Gradients on their way back through the generator.
  case generatorBackward
  /// Power iterations, and gradients of normalized weights.
  case spectralNorm
  /// Adam, the moving average and running statistics.
  case optimizer
  /// Sums over ranks.
  case reduction
  /// Inputs and losses.
  case other
}

/// Is called at the beginning of each phase of a step; a trainer without one loses no time.
public protocol StepClock: AnyObject {
  /// What went before ends here, and `phase` begins; must not allocate.
  func enter(_ phase: StepPhase)
}
