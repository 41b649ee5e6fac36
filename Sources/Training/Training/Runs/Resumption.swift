internal import Formats
internal import Optimizers

extension Trainer where Scalar == Float {
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
}

extension TrainingConfiguration {
  /// The settings that decide what is computed and are not those of a run, in the order of `config.yaml`.
  ///
  /// - Parameter settings: The run's, by key. A setting that came later than the run was as its default is.
  /// - Returns: Keys, with the run's values and those of this configuration.
  func differences(from settings: [String: String]) -> [(key: String, run: String, own: String)] {
    let wanted = decisiveSettings
    let former = TrainingConfiguration(
      preset: preset, data: data, resolution: resolution, steps: steps, batch: batch, generatorBatch: generatorBatch,
      shards: shards
    ).decisiveSettings
    return Self.settingKeys.compactMap { key in
      let (run, own) = (settings[key].map { usual($0, of: key) } ?? former[key] ?? "none", wanted[key] ?? "none")
      return run == own ? nil : (key, run, own)
    }
  }

  /// A setting's value as this program writes it: others wrote `1e-08` for `1.0e-08`.
  private func usual(_ text: String, of key: String) -> String {
    var configuration = self
    guard let setting = Setting.table.first(where: { $0.key == key }), setting.set(&configuration, text) == nil else {
      return text
    }
    return setting.text(configuration)
  }

  /// Checks that a run had these settings.
  ///
  /// - Parameters:
  ///   - settings: The run's, by key.
  ///   - path: Where the run is.
  /// - Throws: `ConfigurationError` naming the first setting that differs.
  func checkSame(as settings: [String: String], in path: String) throws(ConfigurationError) {
    guard let first = differences(from: settings).first else { return }
    throw ConfigurationError(
      "the run in '\(path)' has \(first.key) \(first.run), and \(first.own) is asked for; ask for the same, or start "
        + "a new run without --resume and with another --out")
  }
}

extension Checkpoint {
  /// Checks that going on from here is the same run.
  ///
  /// - Parameters:
  ///   - configuration: The settings asked for.
  ///   - dataFingerprint: The fingerprint of the images that are there now.
  /// - Throws: `ConfigurationError` naming the first setting that differs; `CheckpointError` for other images.
  func checkContinuation(of configuration: TrainingConfiguration, dataFingerprint: String) throws {
    try configuration.checkSame(as: manifest.settings, in: path)
    guard manifest.step <= configuration.steps else {
      throw ConfigurationError(
        "the run in '\(path)' has made \(manifest.step) steps, and an end after steps \(configuration.steps) is asked "
          + "for; ask for at least \(manifest.step), or name an earlier checkpoint with --resume and another --out")
    }
    try checkImages(dataFingerprint)
  }

  /// Checks that images are those of the run.
  ///
  /// - Parameter fingerprint: Of the images that are there now.
  /// - Throws: `CheckpointError` for other images.
  func checkImages(_ fingerprint: String) throws(CheckpointError) {
    guard manifest.dataFingerprint == fingerprint else {
      throw CheckpointError(
        .malformed,
        "expected images of fingerprint \(manifest.dataFingerprint), as in '\(path)', and found \(fingerprint); "
          + "use the same data")
    }
  }
}

extension RunDirectory {
  /// Checks that a run without a checkpoint, if the directory holds one, would have been the same.
  func checkContinuation(of configuration: TrainingConfiguration) throws(ConfigurationError) {
    let file = path + "/" + Self.configurationName
    guard let bytes = try? InputFile.bytes(of: file),
      let run = try? TrainingConfiguration(yaml: String(decoding: bytes, as: UTF8.self), path: file)
    else { return }
    try configuration.checkSame(as: run.decisiveSettings, in: path)
  }
}
