internal import Formats
internal import Optimizers

extension Trainer where Scalar == Float {
  /// Reads a checkpoint into this rank's replica.
  ///
  /// - Parameter checkpoint: Of networks with the same tensors.
  /// - Throws: `CheckpointError` if it is damaged or of other networks.
  public func restore(_ checkpoint: Checkpoint) throws(CheckpointError) {
    try checkpoint.restore(checkpointFiles)
    restore(
      step: checkpoint.manifest.step, generatorUpdates: checkpoint.manifest.generatorUpdates,
      discriminatorUpdates: checkpoint.manifest.discriminatorUpdates)
  }
}

extension Checkpoint {
  /// The settings in which a configuration differs from the checkpoint's, in the order of `config.yaml`.
  public func differences(
    from configuration: TrainingConfiguration
  ) -> [(key: String, checkpoint: String, configuration: String)] {
    let wanted = configuration.decisiveSettings
    return TrainingConfiguration.settingKeys.compactMap { key in
      let (own, other) = (manifest.settings[key] ?? "none", wanted[key] ?? "none")
      return own == other ? nil : (key, own, other)
    }
  }

  /// Checks that going on from here is the same run.
  ///
  /// - Parameters:
  ///   - configuration: The settings asked for.
  ///   - dataFingerprint: The fingerprint of the images that are there now.
  /// - Throws: `ConfigurationError` naming the first setting that differs; `CheckpointError` for other images.
  func checkContinuation(of configuration: TrainingConfiguration, dataFingerprint: String) throws {
    if let first = differences(from: configuration).first {
      throw ConfigurationError(
        "the run in '\(path)' has \(first.key) \(first.checkpoint), and \(first.configuration) is asked for; ask for the "
          + "same, or start another run from it with --resume '\(path)' and another --out")
    }
    guard manifest.dataFingerprint == dataFingerprint else {
      throw CheckpointError(
        .malformed,
        "expected images of fingerprint \(manifest.dataFingerprint), as in '\(path)', and found \(dataFingerprint); "
          + "use the same data")
    }
  }
}
