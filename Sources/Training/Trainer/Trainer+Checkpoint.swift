package import Configuration
public import Checkpoints
package import Layers
internal import Networks
package import Optimizers

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
      classNames: classNames, settings: configuration.settings.decisiveValues)
    result.gradientVersion = gradientVersion
    return result
  }

  /// The files that hold the whole state of a run.
  public var checkpointFiles: [CheckpointFile] {
    CheckpointFile.all(
      generator: generator.context.weights, average: average, discriminator: discriminator.context.weights,
      configuration, generatorAdam, discriminatorAdam)
  }

  /// Reads a checkpoint into this rank's replica.
  ///
  /// - Parameter checkpoint: Of networks with the same tensors.
  /// - Throws: `CheckpointError` if it is damaged or of other networks.
  public func restore(_ checkpoint: Checkpoint) throws(CheckpointError) {
    try checkpoint.restore(checkpointFiles)
    gradientVersion = checkpoint.manifest.gradients
    restore(
      step: checkpoint.manifest.step, generatorUpdates: checkpoint.manifest.generatorUpdates,
      discriminatorUpdates: checkpoint.manifest.discriminatorUpdates)
  }

  /// Begins a new run with another one's numbers: step 0, and Adam's moments and counts of updates unless they are to be fresh.
  ///
  /// Random streams are numbered by these counts: with kept ones the run goes on to images and latent vectors that the
  /// other one has not seen, if the seed is the same.
  ///
  /// Of other classes than the origin's, and of another head, the numbers are random ones.
  ///
  /// - Parameters:
  ///   - origin: A checkpoint of networks with the same tensors, but for those.
  ///   - classNames: The names of this run's classes, by label.
  /// - Returns: What was drawn anew, or goes by another name, for people; `nil` where nothing does.
  /// - Throws: `ConfigurationError` if the networks are others; `CheckpointError` if the checkpoint is damaged.
  @discardableResult
  public func begin(from origin: RunOrigin, classNames: [String] = []) throws -> String? {
    let (settings, manifest) = (configuration.settings, origin.checkpoint.manifest)
    try origin.check(settings)
    let files = checkpointFiles.filter {
      !settings.freshOptimizer || !$0.parts.contains { $0.arena === generatorAdam.first }
    }
    let fit = try OriginFit(origin.checkpoint, settings, classNames: classNames)
    if fit != nil {
      initialize()
      // Moments are those of updates that were made; there are none, or they are not wanted.
      try origin.restore(files.filter { $0.name != "state.safetensors" }, fitting: fit)
      for weight in discriminator.spectralWeights where ["embedding", "classifier"].contains(weight.name) {
        weight.advance(discriminator.context, iterations: 10)
      }
    } else {
      try origin.restore(files)
    }
    gradientVersion = manifest.gradients
    restore(
      step: 0, generatorUpdates: settings.freshOptimizer ? 0 : manifest.generatorUpdates,
      discriminatorUpdates: settings.freshOptimizer ? 0 : manifest.discriminatorUpdates)
    return fit?.sentence ?? OriginFit.renaming(origin.checkpoint, classNames: classNames)
  }
}

extension CheckpointFile {
  /// The files that hold the whole state of a run.
  package static func all(
    generator: Weights<Float>, average: Weights<Float>, discriminator: Weights<Float>,
    _ configuration: TrainingConfiguration, _ generatorAdam: Adam<Float>, _ discriminatorAdam: Adam<Float>
  ) -> [CheckpointFile] {
    [
      .weights("generator", generator, configuration.generator.json),
      .weights("generator-average", average, configuration.generator.json),
      .weights("discriminator", discriminator, configuration.discriminator.json),
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
