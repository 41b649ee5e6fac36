internal import Files
package import Configuration

extension Checkpoint {
  /// Checks that going on from here is the same run.
  ///
  /// - Parameters:
  ///   - configuration: The run that is asked for.
  ///   - dataFingerprint: The fingerprint of the images that are there now.
  /// - Throws: `ConfigurationError` naming the first setting that differs; `CheckpointError` for other images.
  package func checkContinuation(of configuration: TrainingConfiguration, dataFingerprint: String) throws {
    _ = try self.configuration()
    try configuration.settings.checkSame(as: manifest.settings, in: path, hasNumbers: true)
    try manifest.checkUpdates(
      of: configuration.steps - manifest.step, each: configuration.discriminatorUpdates,
      cure: ", or start a new run with --from and --fresh-optimizer")
    guard manifest.step <= configuration.steps else {
      throw ConfigurationError(
        "the run in '\(path)' has made \(manifest.step) steps, and steps is \(configuration.steps); set --steps to at least "
          + "\(manifest.step), or name an earlier checkpoint with --resume and another --out")
    }
    try checkImages(dataFingerprint, orElse: ", or start a new run with --from '\(path)' in place of --resume")
  }

  /// Checks that images are those of the run.
  ///
  /// - Parameters:
  ///   - fingerprint: Of the images that are there now.
  ///   - cure: What helps besides.
  /// - Throws: `CheckpointError` for other images.
  package func checkImages(_ fingerprint: String, orElse cure: String = "") throws(CheckpointError) {
    guard manifest.dataFingerprint == fingerprint else {
      throw CheckpointError(
        .malformed,
        "expected images of fingerprint \(manifest.dataFingerprint), as in '\(path)', and found \(fingerprint); "
          + "use the same data\(cure)")
    }
  }
}

extension CheckpointManifest {
  /// Checks that random streams can number all updates of a run that goes on counting here.
  ///
  /// - Parameters:
  ///   - steps: How many steps will be made.
  ///   - each: The discriminator's updates of a step.
  ///   - cure: What helps besides fewer steps, after a comma; nothing where empty.
  /// - Throws: `ConfigurationError` if they cannot.
  package func checkUpdates(of steps: Int, each: Int, cure: String = "") throws(ConfigurationError) {
    let most = Int(UInt32.max)
    guard max(generatorUpdates + max(0, steps), discriminatorUpdates + max(0, steps) * each) > most else { return }
    throw ConfigurationError(
      "\(counted(steps, "step")) after \(max(generatorUpdates, discriminatorUpdates)) updates are more than the \(most) updates "
        + "that random streams can number; choose fewer steps\(cure)")
  }
}
