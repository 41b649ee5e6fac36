internal import Checkpoints
internal import Configuration
internal import Files

extension RunDirectory {
  /// Checks that a run without a checkpoint, if the directory holds one, would have been the same.
  ///
  /// - Parameter configuration: The run that is asked for.
  /// - Throws: `ConfigurationError` naming the first setting that differs; a `ReportedError` if the run's cannot be read.
  func checkContinuation(of configuration: TrainingConfiguration) throws {
    guard RunFiles.hold(path) else { return }
    let run = try SettingSources(preset: nil, run: ConfigurationFile(path: path + "/" + RunFiles.configuration))
      .settings()
    try configuration.settings.checkSame(as: run.decisiveValues, in: path, hasNumbers: false)
  }
}
