internal import Checkpoints
internal import Files
internal import Reports

/// What a run's lines of metrics say of its times, and the numbers that reports draw.
///
/// A line has the rate of images since the one before it, evaluations left out: training takes as long in a run that was stopped
/// and continued.
struct RunTimes {
  /// Seconds of training, and of all that the processes took.
  let training, all: Double
  /// The numbers that reports draw.
  let curves: [FinishedRun.Curve]

  private let times: [Int: Double]

  /// The names of the numbers: what tells how training goes, and how much attention counts.
  private static func isDrawn(_ name: String) -> Bool {
    ["loss/discriminator", "loss/generator", "logit/gap", "diversity"].contains(name)
      || name.hasPrefix("attention/gamma/")
  }

  /// Points of a curve at most.
  private static let most = 200

  /// Reads the metrics of a run.
  ///
  /// - Parameters:
  ///   - run: The run directory.
  ///   - imagesPerStep: Real images of a step.
  /// - Throws: `FileError` if they cannot be read.
  init(ofRun run: String, imagesPerStep: Int) throws(FileError) {
    var lines = LineReader(try InputFile(path: run + "/" + RunFiles.metrics))
    var parser = MetricLine()
    var (training, all, processTime, lastStep) = (0.0, 0.0, 0.0, 0)
    var times: [Int: Double] = [:]
    var drawn: [String: [(step: Int, value: Double)]] = [:]
    while let line = try lines.next() {
      guard line.isWhole, line.isEnded, parser.read(line.bytes) else { continue }
      let step = parser.step
      for (series, value) in parser.values where value.isFinite && abs(value) < 1e15 {
        let name = parser.names[series]
        if name == "time/images_per_second", value > 0 {
          training += Double(max(step - lastStep, 0) * imagesPerStep) / value
        } else if name == "time/seconds" {
          if value < processTime { all += processTime }
          processTime = value
        } else if Self.isDrawn(name) {
          drawn[name, default: []].append((step, value))
        }
      }
      times[step] = training
      lastStep = step
    }
    (self.training, self.all, self.times) = (training, all + processTime, times)
    curves = drawn.sorted { $0.key < $1.key }.map { name, points in
      let kept = Self.thinned(points)
      return FinishedRun.Curve(name: name, steps: kept.map(\.step), values: kept.map(\.value))
    }
  }

  /// Seconds of training up to a step whose line there is.
  func seconds(at step: Int) -> Double? { times[step] }

  /// Evenly chosen points, the first and the last among them.
  private static func thinned(_ points: [(step: Int, value: Double)]) -> [(step: Int, value: Double)] {
    guard points.count > most else { return points }
    return (0..<most).map { points[$0 * (points.count - 1) / (most - 1)] }
  }
}
