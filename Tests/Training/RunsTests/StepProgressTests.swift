import Runs
import Trainer
import Testing

@Suite struct RunStatusTests {
  private static func status(step: Int, secondsLeft: Double = 3725) -> StepProgress {
    var report = StepReport()
    report.discriminatorLoss = 1.25
    report.generatorLoss = -0.5
    return StepProgress(step: step, last: 2000, report: report, imagesPerSecond: 123.44, secondsLeft: secondsLeft)
  }

  @Test func aWholeLine() {
    #expect(
      Self.status(step: 100).line
        == "step 100/2000  loss D 1.2500 G -0.5000  logit real 0.000 fake 0.000  123.4 images/s  1:02:05 left")
  }

  @Test(arguments: 0...200) func partsFitTheWidth(width: Int) {
    for step in [1, 1000, 2000] {
      let parts = Self.status(step: step).parts(fitting: width)
      #expect(parts.text.count + (parts.bar == 0 ? 0 : parts.bar + 3) <= width)
      #expect((0...parts.bar).contains(parts.done))
      #expect(parts.bar == 0 || parts.bar >= 5)
    }
  }

  @Test func whatMattersMostStaysLongest() {
    #expect(Self.status(step: 1000).parts(fitting: 4).text == "1000")
    #expect(Self.status(step: 1000).parts(fitting: 10).text == "1000/2000")
    #expect(Self.status(step: 1000).parts(fitting: 24).text == "1000/2000  1:02:05 left")
    #expect(Self.status(step: 1000).parts(fitting: 42).text == "1000/2000  D 1.250 G -0.500  1:02:05 left")
    let whole = Self.status(step: 1000).parts(fitting: 100)
    #expect(whole.text == "1000/2000  D 1.250 G -0.500  123.4 images/s  1:02:05 left")
    #expect((whole.bar, whole.done) == (30, 15))
    #expect(Self.status(step: 2000).parts(fitting: 100).done == 30)
  }

  @Test(arguments: [
    (0.0, "0:00 left"), (59.6, "1:00 left"), (3599.4, "59:59 left"), (3599.6, "1:00:00 left"),
    (.infinity, "277777:46:40 left"), (.nan, "277777:46:40 left"),
  ])
  func times(seconds: Double, text: String) {
    #expect(Self.status(step: 1, secondsLeft: seconds).line.hasSuffix("  " + text))
  }
}
