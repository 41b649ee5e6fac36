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
      guard line.isWhole, let read = Self.line(line.bytes) else { continue }
      _ = warning(read)
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

extension CollapseWatch {
  /// What a run's lines of metrics say of collapse.
  ///
  /// - Parameter path: The run directory.
  /// - Returns: The steps at which something began, with sentences that advice would complete.
  /// - Throws: `FileError` if there are no lines that can be read.
  package static func findings(inRun path: String) throws(FileError) -> [(step: Int, sentence: String)] {
    var watch = CollapseWatch()
    var result: [(step: Int, sentence: String)] = []
    var lines = LineReader(try InputFile(path: path + "/" + RunFiles.metrics))
    while let line = try lines.next() {
      guard line.isWhole, let read = Self.line(line.bytes), let sentence = watch.warning(read) else { continue }
      result.append((read.step, sentence))
    }
    return result
  }

  /// The numbers of a line; `nil` where some are missing.
  private static func line(_ bytes: [UInt8]) -> Line? {
    guard let step = number("step", in: bytes).flatMap({ Int(exactly: $0) }),
      let loss = number("loss/discriminator", in: bytes), let gap = number("logit/gap", in: bytes)
    else { return nil }
    return Line(step: step, loss: loss, gap: gap, diversity: number("diversity", in: bytes))
  }
}
