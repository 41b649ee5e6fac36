internal import Checkpoints
package import Files

extension CollapseWatch {
  /// A watch that has seen the lines of metrics that a run has so far, so that a run that was stopped goes on as one that
  /// was not: it gives the same warnings, and spares the same checkpoint.
  ///
  /// - Parameter folder: The run directory.
  /// - Throws: `FileError` if the lines cannot be read.
  package init(seeing folder: Folder) throws(FileError) {
    self.init()
    guard folder.holds(RunFiles.metrics) else { return }
    var lines = LineReader(try InputFile(path: folder.path(of: RunFiles.metrics)))
    while let line = try lines.next() {
      guard line.isWhole, let step = Self.number("step", in: line.bytes).flatMap({ Int(exactly: $0) }),
        let loss = Self.number("loss/discriminator", in: line.bytes),
        let gap = Self.number("logit/gap", in: line.bytes)
      else { continue }
      _ = warning(Line(step: step, loss: loss, gap: gap, diversity: Self.number("diversity", in: line.bytes)))
    }
  }

  /// The checkpoint that the last warning told people to start from.
  ///
  /// - Parameter steps: The checkpoints that there are, in order.
  /// - Returns: Its step; `nil` where no warning named one.
  package func sparedCheckpoint(among steps: [Int]) -> Int? {
    healthyStepsOfWarnings.reversed().lazy.compactMap { healthy in steps.last { $0 <= healthy } }.first
  }

  /// The number behind a name in a line that `MetricsLog` wrote.
  private static func number(_ name: String, in line: [UInt8]) -> Double? {
    guard let name = line.firstRange(of: Array("\"\(name)\":".utf8)) else { return nil }
    let digits = line[name.upperBound...].prefix { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "}") }
    return Double(String(decoding: digits, as: UTF8.self))
  }
}
