internal import Files
internal import Formats

/// A start of the program that a run consists of.
package struct RunStart: Sendable, Equatable {
  /// The step that it went on from; 0 where it began.
  package let step: Int
  /// Seconds since 1970; `nil` where nothing tells.
  package let time: Double?

  /// A start.
  package init(step: Int, time: Double?) { (self.step, self.time) = (step, time) }

  /// The most starts that a report tells of.
  private static let most = 1000

  /// The starts of a run, the first one first.
  ///
  /// Each start of the program writes a file for TensorBoard, which begins with its first step. Where these files were removed,
  /// times that go back in the metrics tell of restarts.
  ///
  /// - Parameters:
  ///   - run: The run directory.
  ///   - metrics: The run's metrics, if it has some.
  /// - Returns: The starts; none where nothing tells.
  package static func all(ofRun run: String, _ metrics: RunMetrics?) -> [RunStart] {
    let files = ((try? Directory.names(in: run)) ?? []).compactMap(\.self)
      .filter { $0.hasPrefix(TensorBoardFile.namePrefix) }
    let starts = files.sorted().suffix(most).compactMap { name in
      (try? TensorBoardFile.sessionStart(of: run + "/" + name)).flatMap(\.self)
    }
    if !starts.isEmpty {
      return starts.map { RunStart(step: $0.step - 1, time: $0.time) }
        .sorted { ($0.time ?? 0, $0.step) < ($1.time ?? 0, $1.step) }
    }
    guard let metrics else { return [] }
    return [RunStart(step: 0, time: nil)] + metrics.resumedSteps.map { RunStart(step: $0, time: nil) }
  }

  /// The steps at which a run was continued, each once.
  package static func restarts(_ starts: [RunStart]) -> [Int] { Set(starts.dropFirst().map(\.step)).sorted() }
}
