extension TrainingConfiguration {
  /// The settings that decide what is computed and are not those of a run, in the order of `config.yaml`.
  ///
  /// - Parameter settings: The run's, by key. A setting that came later than the run was as its default is.
  /// - Returns: Keys, with the run's values and those of this configuration.
  package func differences(from settings: [String: String]) -> [(key: String, run: String, own: String)] {
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
  package func checkSame(as settings: [String: String], in path: String) throws(ConfigurationError) {
    guard let first = differences(from: settings).first else { return }
    throw ConfigurationError(
      "the run in '\(path)' has \(first.key) \(first.run) and cannot continue with \(first.own); use the same value, or "
        + "start a new run without --resume and with another --out")
  }
}
