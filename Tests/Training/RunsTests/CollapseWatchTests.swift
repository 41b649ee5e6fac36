import Files
import Runs
import TestSupport
import Trainer
import Testing

/// What is said of lines of metrics; `docs/metrics.md` has the same numbers.
@Suite struct CollapseWatchTests {
  /// What a watch says of each line: of the generator, of the discriminator, or of both.
  private func signs(_ lines: [(loss: Double, gap: Double, diversity: Double?)]) -> [String] {
    var watch = CollapseWatch()
    return lines.enumerated().map { step, line in
      var report = StepReport()
      (report.discriminatorLoss, report.logitReal, report.logitFake) = (line.loss, line.gap / 2, -line.gap / 2)
      report.diversity = line.diversity
      let warning = watch.warning(report, step: step) ?? ""
      return (warning.contains("the generator collapses") ? "G" : "") + (warning.contains("has won") ? "D" : "")
    }
  }

  private func signs(diversities: [Double?]) -> [String] { signs(diversities.map { (1, 0, $0) }) }

  private func signs(losses: [Double], gap: Double = 2) -> [String] { signs(losses.map { ($0, gap, nil) }) }

  @Test func aDiversityBelowAHundredth() {
    #expect(signs(diversities: [0.02, 0.01, 0.0099, 0.005, nil, 0]) == ["", "", "G", "", "", ""])
    #expect(signs(diversities: [0]) == ["G"])
  }

  @Test func aDiversityBelowATenthOfTheLargest() {
    #expect(signs(diversities: [0.5, 0.9, 0.0901, 0.0899]) == ["", "", "", "G"])
  }

  /// It has to be well above before it is told of again.
  @Test func aDiversityThatComesAndGoes() {
    #expect(signs(diversities: [0.005, 0.05, 0.005, 0.1, 0.009]) == ["G", "", "", "", "G"])
  }

  @Test func fiveLinesInARow() {
    #expect(signs(losses: [0, 0, 0, 0, 0.0199, 0]) == ["", "", "", "", "D", ""])
    #expect(signs(losses: [0, 0, 0, 0, 0.02, 0, 0, 0, 0, 0]) == ["", "", "", "", "", "", "", "", "", "D"])
    #expect(signs(losses: [0, 0, 0, 0, 0, 0], gap: 1.99).joined() == "")
  }

  @Test func bothAtOnce() {
    let line: (Double, Double, Double?) = (0, 3, 0.5)
    #expect(signs([line, line, line, line, (0, 3, 0.001)]) == ["", "", "", "", "GD"])
  }

  @Test func whatIsSaidHasNumbers() {
    var (watch, report) = (CollapseWatch(), StepReport())
    report.diversity = 0.75
    _ = watch.warning(report, step: 10)
    #expect(watch.healthyStep == 10)
    report.diversity = 0.0012
    let warning = watch.warning(report, step: 20) ?? ""
    for part in ["0.001", "0.75", "if samples look bad"] { #expect(warning.contains(part), "\(warning)") }
    // Advice begins with the numbers of a step before.
    #expect(watch.healthyStep == 10)
  }

  /// A run that goes on warns as if it had never been stopped, and keeps the checkpoint that was named.
  @Test(arguments: 0...7) func aWatchThatHasSeenTheLinesIsTheOneThatWasThere(stop: Int) throws {
    let directory = try TemporaryDirectory()
    let folder = try Folder(directory.path)
    let log = try MetricsLog(in: folder) { _ in true }
    let diversities = [0.5, 0.9, 0.001, 0.3, 0.4, 0.0, 0.2, 0.0]
    var (whole, said) = (CollapseWatch(), [String?]())
    for (index, diversity) in diversities.enumerated() {
      var report = StepReport()
      (report.discriminatorLoss, report.logitReal, report.diversity) = (1, 0.125, diversity)
      if index < stop {
        try log.append(step: 10 * (index + 1), report.metrics(hasClassifier: false), times: [("seconds", 1)])
      }
      said.append(whole.warning(report, step: 10 * (index + 1)))
    }
    var resumed = try CollapseWatch(seeing: folder)
    for index in stop..<diversities.count {
      var report = StepReport()
      (report.discriminatorLoss, report.logitReal, report.diversity) = (1, 0.125, diversities[index])
      #expect(resumed.warning(report, step: 10 * (index + 1)) == said[index])
    }
    #expect(resumed.healthyStep == whole.healthyStep)
    #expect(said.map { $0 != nil } == [false, false, true, false, false, true, false, true])
    #expect(resumed.sparedCheckpoint(among: [10, 20, 50, 60]) == 60)
    #expect(resumed.sparedCheckpoint(among: [20, 80]) == 20)
    #expect(resumed.sparedCheckpoint(among: [80]) == nil)
  }
}
