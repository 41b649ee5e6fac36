extension TrainingSettings {
  /// The settings that decide what is computed and are not those of a run, in the order of `config.yaml`.
  ///
  /// - Parameter run: The run's settings, by key. A setting that came later than the run was as its default is,
  ///   or as the program was before there was a choice.
  /// - Returns: Keys, with the run's values and these settings'.
  package func differences(from run: [String: String]) -> [(key: String, run: String, own: String)] {
    let wanted = decisiveValues
    var earlier = TrainingSettings(
      preset: preset, data: data, resolution: resolution, steps: steps, batch: batch, generatorBatch: generatorBatch,
      shards: shards)
    earlier.assumeEarlierVersion(unless: run.keys)
    let former = earlier.decisiveValues
    return Setting.table.filter { $0.decidesResult && !$0.isOrigin }.map(\.key).compactMap { key in
      let before = run[key].map { usual($0, of: key) } ?? former[key] ?? "none"
      let own = wanted[key] ?? "none"
      return before == own ? nil : (key, before, own)
    }
  }

  /// A setting's value as this program writes it: others wrote `1e-08` for `1.0e-08`.
  private func usual(_ text: String, of key: String) -> String {
    var settings = self
    guard let setting = Setting.table.first(where: { $0.key == key }), setting.set(&settings, text) == nil else {
      return text
    }
    return setting.text(settings)
  }

  /// Checks that a run had these settings.
  ///
  /// - Parameters:
  ///   - run: The run's settings, by key.
  ///   - path: Where the run is.
  ///   - hasNumbers: Whether it has a checkpoint.
  /// - Throws: `ConfigurationError` naming the first setting that differs.
  package func checkSame(as run: [String: String], in path: String, hasNumbers: Bool) throws(ConfigurationError) {
    guard let first = differences(from: run).first else { return }
    let other =
      Self.decidesShapes(first.key) || !hasNumbers
      ? "start a new run without --resume and with another --out"
      : "start a new run from its numbers, with --from '\(path)' in place of --resume and with another --out"
    throw ConfigurationError(
      "the run in '\(path)' has \(first.key) \(first.run) and cannot continue with \(first.own); use the same value, or "
        + other)
  }
}
