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
    try configuration.settings.checkSame(as: manifest.settings, in: path)
    guard manifest.step <= configuration.steps else {
      throw ConfigurationError(
        "the run in '\(path)' has made \(manifest.step) steps, and steps is \(configuration.steps); set --steps to at least "
          + "\(manifest.step), or name an earlier checkpoint with --resume and another --out")
    }
    try checkImages(dataFingerprint)
  }

  /// Checks that images are those of the run.
  ///
  /// - Parameter fingerprint: Of the images that are there now.
  /// - Throws: `CheckpointError` for other images.
  package func checkImages(_ fingerprint: String) throws(CheckpointError) {
    guard manifest.dataFingerprint == fingerprint else {
      throw CheckpointError(
        .malformed,
        "expected images of fingerprint \(manifest.dataFingerprint), as in '\(path)', and found \(fingerprint); "
          + "use the same data")
    }
  }
}
