internal import Files
package import Configuration

/// Which data a command looks at where the checkpoint's run does not decide.
public struct DataOverride: Sendable {
  /// The data set; the run's where `nil`.
  public var data: String?
  /// The folder for decoded images; the run's where `nil`.
  public var cache: String?

  /// A choice.
  public init(data: String? = nil, cache: String? = nil) {
    self.data = data
    self.cache = cache
  }
}

extension Checkpoint {
  /// Takes into settings what only the run directory around the checkpoint says: where its data are.
  ///
  /// - Parameters:
  ///   - settings: The checkpoint's.
  ///   - choice: What goes before the run's.
  /// - Throws: A `ReportedError` if nothing says which data to use.
  package func locateData(for settings: inout TrainingSettings, _ choice: DataOverride) throws {
    let directory = RunFiles.around(path)
    let run = try directory.map {
      try SettingSources(preset: nil, run: ConfigurationFile(path: $0 + "/" + RunFiles.configuration))
        .settings()
    }
    guard let data = choice.data ?? run?.data else {
      throw CheckpointError(
        .missing,
        "expected \(RunFiles.configuration) in a run directory around '\(path)' to say which data the run used "
          + "and found none; name the data with --data")
    }
    settings.data = data
    settings.evaluateExtractor = run?.evaluateExtractor
    settings.skipBadImages = run?.skipBadImages ?? false
    settings.cache = choice.cache ?? run?.cache
    settings.cache = settings.cacheFolder(of: directory ?? path)
  }
}
