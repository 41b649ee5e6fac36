internal import Checkpoints
internal import Configuration
internal import Files

extension RunDirectory {
  /// Checks that a run without a checkpoint, if the directory holds one, would have been the same.
  func checkContinuation(of configuration: TrainingConfiguration) throws(ConfigurationError) {
    let file = path + "/" + RunFiles.configuration
    guard let bytes = try? InputFile.bytes(of: file),
      let run = try? TrainingConfiguration(yaml: String(decoding: bytes, as: UTF8.self), path: file)
    else { return }
    try configuration.checkSame(as: run.decisiveSettings, in: path)
  }
}
