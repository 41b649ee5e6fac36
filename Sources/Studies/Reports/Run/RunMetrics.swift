internal import Checkpoints
package import Files

/// What `metrics.jsonl` of a run says, as curves of bounded size.
package struct RunMetrics: Sendable {
  /// The names of the numbers, in the order of the file.
  package let names: [String]
  /// How many lines there are.
  package let lines: Int
  /// The step of the last line.
  package let lastStep: Int?
  /// Steps behind which the time since the start of the process goes back: another process went on from there.
  package let resumedSteps: [Int]
  /// The time that is in the lines, over all starts of the program, in seconds.
  package let seconds: Double
  /// What a reader of the curves should know.
  package let notes: [String]

  private let curves: [String: ThinnedCurve]

  /// The curve of a number.
  package subscript(name: String) -> ThinnedCurve? { curves[name] }

  /// The most restarts that are told apart by times.
  private static let mostRestarts = 1000

  /// Reads a file; a run that goes on meanwhile may append to it.
  ///
  /// - Parameter run: The run directory.
  /// - Throws: `FileError` if there is no such file, or it cannot be read.
  package init(ofRun run: String) throws(FileError) {
    let file = try InputFile(path: run + "/" + RunFiles.metrics)
    var lines = LineReader(file)
    var parser = MetricLine()
    var curves: [ThinnedCurve] = []
    var (count, number, damaged, firstDamaged) = (0, 0, 0, 0)
    var (time, seconds, lastStep, resumed) = (0.0, 0.0, Int?.none, [Int]())
    var cut: String?
    reading: while true {
      let line: LineReader.Line
      do throws(FileError) {
        guard let next = try lines.next() else { break reading }
        line = next
      } catch {
        guard error.kind == .malformed, count > 0 else { throw error }
        cut = "metrics.jsonl was shortened while it was read; make the report again"
        break
      }
      number += 1
      guard line.isWhole, parser.read(line.bytes) else {
        // A line without an end is one that is being written, or that a kill has cut off.
        if line.isEnded {
          damaged += 1
          if damaged == 1 { firstDamaged = number }
        }
        continue
      }
      count += 1
      for (series, value) in parser.values {
        while curves.count <= series { curves.append(ThinnedCurve()) }
        curves[series].append(Double(parser.step), value)
        if parser.names[series] == "time/seconds" {
          if value < time {
            if let lastStep, resumed.count < Self.mostRestarts { resumed.append(lastStep) }
            seconds += time
          }
          time = value.isFinite ? value : time
        }
      }
      lastStep = parser.step
    }
    names = parser.names
    self.curves = Dictionary(uniqueKeysWithValues: zip(parser.names, curves))
    (self.lines, self.lastStep, resumedSteps, self.seconds) = (count, lastStep, resumed, seconds + time)
    var notes = cut.map { [$0] } ?? []
    if damaged > 0 {
      notes.append(
        "metrics.jsonl has \(counted(damaged, "damaged line")), the first of them line \(firstDamaged); the curves are without "
          + (damaged == 1 ? "it" : "them"))
    }
    if parser.omitted > 0 {
      notes.append(
        "metrics.jsonl has more than \(names.count) names or very long ones: \(counted(parser.omitted, "number")) left out"
      )
    }
    let lost = zip(parser.names, curves).filter { $1.lost > 0 }.map { "\($0) (\($1.lost))" }
    if !lost.isEmpty {
      let more = lost.count > 8 ? " and \(lost.count - 8) more" : ""
      notes.append(
        "values that are no finite numbers are not drawn: " + lost.prefix(8).joined(separator: ", ") + more)
    }
    self.notes = notes
  }
}
