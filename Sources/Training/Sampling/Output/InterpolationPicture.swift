internal import Checkpoints
internal import Configuration
internal import Datasets
internal import Files
internal import Images

extension CheckpointSampler {
  /// Draws rows of samples that change step by step.
  ///
  /// - Parameters:
  ///   - interpolation: The rows.
  ///   - path: The PNG file to write.
  ///   - style: How it looks.
  ///   - isForced: Whether a file that is there is replaced.
  ///   - report: Is told of samples that are done.
  /// - Throws: `ConfigurationError` if the picture would be too large, `FileError` if it cannot be written.
  public func write(
    _ interpolation: Interpolation, picture path: String, style: PictureStyle, isForced: Bool,
    report: (_ done: Int, _ of: Int) -> Void
  ) throws {
    var sheet = ContactSheet(
      rows: interpolation.rows.count, columns: interpolation.steps, side: sampler.resolution,
      channels: sampler.channels, scale: style.scale,
      labels: style.isLabelled ? interpolation.labels(names: manifest.classNames) : [])
    try checkSize(of: sheet, rows: interpolation.rows.count, columns: interpolation.steps)
    try Checkpoint.checkOutside(path)
    let file = try OutputFile(path: path, isForced: isForced)
    try draw(interpolation.count, blends: { interpolation[$0] }) {
      sheet.paint($0, PixelScaling.bytes(of: $1))
      report($0.upperBound, interpolation.count)
    }
    try file.append(try sheet.png())
    _ = try file.finish()
  }
}
