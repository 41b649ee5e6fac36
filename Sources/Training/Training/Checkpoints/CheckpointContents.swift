internal import Formats
internal import Kernels
internal import Layers
internal import Networks
internal import Optimizers

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
  /// The names of the classes, by label; empty where nobody needs them.
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

extension Trainer where Scalar == Float {
  /// The present state of the run.
  ///
  /// - Parameters:
  ///   - dataFingerprint: The fingerprint of the images that are trained on.
  ///   - classNames: The names of their classes, by label.
  /// - Returns: Counters and settings, and the arenas themselves, which must not change until they are written.
  public func checkpointContents(dataFingerprint: String, classNames: [String] = []) -> CheckpointContents {
    var result = CheckpointContents(
      files: checkpointFiles, step: step, generatorUpdates: generatorAdam.updates,
      discriminatorUpdates: discriminatorAdam.updates, dataFingerprint: dataFingerprint,
      classNames: classNames, settings: configuration.decisiveSettings)
    result.gradientVersion = gradientVersion
    return result
  }

  /// The files that hold the whole state of a run.
  public var checkpointFiles: [CheckpointFile] {
    [
      .weights("generator", generator.context.weights, generator.architecture.json),
      .weights("generator-average", average, generator.architecture.json),
      .weights("discriminator", discriminator.context.weights, discriminator.architecture.json),
      CheckpointFile(
        name: "state.safetensors",
        parts: [
          .init(prefix: "generator-adam-m/", generatorAdam.first),
          .init(prefix: "generator-adam-v/", generatorAdam.second),
          .init(prefix: "discriminator-adam-m/", discriminatorAdam.first),
          .init(prefix: "discriminator-adam-v/", discriminatorAdam.second),
        ]),
    ]
  }
}
