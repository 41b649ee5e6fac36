/// The whole state of a run at one step: what a checkpoint holds.
public struct CheckpointContents {
  /// The numbers.
  public var files: [CheckpointFile]
  /// Steps made.
  public var step: Int
  /// Updates of the generator made.
  public var generatorUpdates: Int
  /// Updates of the discriminator made.
  public var discriminatorUpdates: Int
  /// The fingerprint of the images that were trained on.
  public var dataFingerprint: String
  /// The names of the classes, by label; empty where no reader needs them.
  public var classNames: [String]
  /// Every setting that decides what is computed, by key.
  public var settings: [String: String]
  /// The oldest version of the gradients that any of the steps was made with.
  public var gradientVersion = GradientVersion.current

  /// The state of a run.
  public init(
    files: [CheckpointFile], step: Int, generatorUpdates: Int, discriminatorUpdates: Int, dataFingerprint: String,
    classNames: [String] = [], settings: [String: String]
  ) {
    self.files = files
    self.step = step
    self.generatorUpdates = generatorUpdates
    self.discriminatorUpdates = discriminatorUpdates
    self.dataFingerprint = dataFingerprint
    self.classNames = classNames
    self.settings = settings
  }
}
