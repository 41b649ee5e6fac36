public import Configuration
internal import Files

extension RunOrigin {
  /// Lets sources of settings say that a run starts from here.
  ///
  /// What nobody chooses is as in the run around the checkpoint, or as the checkpoint itself has it. Two settings differ: steps
  /// are counted anew, so the moving average goes on from where it was, and other images decide the classes, if they can.
  ///
  /// - Parameter sources: Of the new run; the origin is noted in them.
  /// - Throws: A `ReportedError` if the settings of the checkpoint's run cannot be read.
  public func note(in sources: inout SettingSources) throws {
    if sources.run == nil { sources.run = try settings(other: sources.value(of: "data")) }
    sources.assignments += [
      ("from", name), ("from-step", String(checkpoint.manifest.step)), ("from-checksum", checkpoint.manifest.checksum),
    ].map { SettingAssignment(key: $0.0, value: $0.1, origin: "--from") }
  }

  private func settings(other data: String?) throws -> ConfigurationFile {
    let manifest = checkpoint.path + "/" + Checkpoint.manifestName
    let run =
      try RunFiles.around(checkpoint.path).map { try ConfigurationFile(path: $0 + "/" + RunFiles.configuration) }
      ?? ConfigurationFile(
        preset: nil,
        assignments: checkpoint.manifest.settings.sorted { $0.key < $1.key }.map {
          SettingAssignment(key: $0.key, value: $0.value, origin: manifest)
        })
    let former = run.assignments.last { $0.key == "data" }?.value
    let hasOtherClasses = data != nil && data != former && data?.hasPrefix("synthetic") == false
    let dropped = TrainingSettings.originKeys + (hasOtherClasses ? ["classes"] : [])
    let start = max(0, try checkpoint.settings().averageStart - checkpoint.manifest.step)
    return ConfigurationFile(
      preset: run.preset,
      assignments: run.assignments.filter { !dropped.contains($0.key) }
        + [SettingAssignment(key: "average-start", value: String(start), origin: manifest)])
  }

  /// Whether the checkpoint's optimizer has made updates: that of imported weights has not.
  private var hasUpdates: Bool {
    checkpoint.manifest.generatorUpdates > 0 || checkpoint.manifest.discriminatorUpdates > 0
  }

  /// Checks that a run can start from here.
  ///
  /// - Parameter settings: The run's.
  /// - Throws: `ConfigurationError` naming the first setting of which tensors would have other shapes, or if there would be
  ///   more updates than random streams can number; `CheckpointError` if the checkpoint holds no settings of a run.
  public func check(_ settings: TrainingSettings) throws {
    _ = try checkpoint.configuration()
    try settings.checkShapes(as: checkpoint.manifest.settings, in: checkpoint.path)
    guard !settings.freshOptimizer else { return }
    if hasUpdates, let first = settings.classDifference(from: checkpoint.manifest.settings) {
      throw ConfigurationError(
        "the run in '\(checkpoint.path)' has \(first.key) \(first.run), and its optimizer cannot go on with \(first.own): it has "
          + "no moments for what is drawn anew; use the same value, or --fresh-optimizer")
    }
    let former = try checkpoint.settings().beta1
    guard (former == 0) == (settings.beta1 == 0) else {
      throw ConfigurationError(
        "the run in '\(checkpoint.path)' has beta1 \(former), and its optimizer cannot go on with \(settings.beta1): there are "
          + "first moments only where it is not 0; use the same value, or --fresh-optimizer")
    }
    try checkpoint.manifest.checkUpdates(
      of: settings.steps, each: settings.discriminatorUpdates, cure: ", or --fresh-optimizer")
  }
}
