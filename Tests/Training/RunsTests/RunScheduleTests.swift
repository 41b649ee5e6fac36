import Configuration
import Runs
import Testing

@Suite struct RunScheduleTests {
  private static func schedule(
    log: String = "10", samples: String = "10", checkpoints: String = "10", keepEvery: Int? = nil,
    evaluateEvery: Int? = nil
  ) throws -> RunSchedule {
    var settings = try TrainingSettings.preset(named: "tiny")
    settings.steps = 95
    settings.logEvery = try #require(Interval(argument: log))
    settings.sampleEvery = try #require(Interval(argument: samples))
    settings.checkpointEvery = try #require(Interval(argument: checkpoints))
    settings.keepEvery = keepEvery
    settings.evaluateEvery = evaluateEvery
    return RunSchedule(settings)
  }

  @Test func stepsDecide() throws {
    let schedule = try Self.schedule(log: "2", samples: "3", checkpoints: "6")
    for (step, work) in [(1, []), (2, .log), (3, .samples), (6, [.log, .samples, .checkpoint]), (7, [])]
      as [(Int, DueWork)]
    {
      #expect(schedule.due(after: step) == work, "step \(step)")
    }
    #expect(schedule.due(after: 95) == [.log, .samples, .checkpoint])
    #expect(schedule.times.isEmpty)
  }

  @Test func timeAddsToSteps() throws {
    let schedule = try Self.schedule(log: "10,60s", samples: "30m", checkpoints: "10m", keepEvery: 40)
    #expect(schedule.due(after: 3) == [])
    #expect(schedule.due(after: 3, .log) == .log)
    #expect(schedule.due(after: 10, .samples) == [.log, .samples])
    // Where time alone decides, checkpoints that are to stay are written nevertheless.
    #expect(schedule.due(after: 80) == [.log, .checkpoint])
    #expect(schedule.times.map(\.kind) == [.log, .samples, .checkpoint])
    #expect(schedule.times.map(\.limit) == [.seconds(60), .seconds(1800), .seconds(600)])
  }

  @Test func aResumedRunKeepsWhatItWouldHaveWritten() throws {
    let steps = try Self.schedule()
    #expect(steps.keepsLog(of: 7, resumingAfter: 8) && steps.keepsSamples(of: 10, resumingAfter: 10))
    #expect(!steps.keepsLog(of: 8, resumingAfter: 8) && !steps.keepsSamples(of: 9, resumingAfter: 8))
    #expect(steps.isStopgap(8) && !steps.isStopgap(10))
    // With both, a run that ended early and went on leaves what the uninterrupted one does.
    let both = try Self.schedule(log: "10,60s", checkpoints: "10,10m")
    #expect(!both.keepsLog(of: 8, resumingAfter: 8) && both.keepsLog(of: 10, resumingAfter: 10) && both.isStopgap(8))
    let time = try Self.schedule(log: "60s", checkpoints: "10m")
    #expect(time.keepsLog(of: 8, resumingAfter: 8) && !time.keepsLog(of: 9, resumingAfter: 8) && !time.isStopgap(8))
  }

  @Test func scoresAreDueWithALineOfMetrics() throws {
    let schedule = try Self.schedule(evaluateEvery: 7)
    #expect(schedule.due(after: 7) == [.scores, .log] && schedule.due(after: 8) == [])
    #expect(schedule.due(after: 95).contains(.scores) && !schedule.areScoresDue(after: 95))
    #expect(schedule.keepsLog(of: 14, resumingAfter: 14) && !schedule.keepsLog(of: 15, resumingAfter: 15))
    // The best checkpoint of a run that ended after step 8 is none of the run that goes on from there.
    #expect(!schedule.keepsBest(8, resumingAfter: 8) && schedule.keepsBest(7, resumingAfter: 7))
    #expect(schedule.keepsBest(8, resumingAfter: 9) && schedule.keepsBest(14, resumingAfter: 8))
    #expect(try Self.schedule().keepsBest(8, resumingAfter: 8))
    // A run that ends before the first evaluation takes none.
    let short = try Self.schedule(evaluateEvery: 96)
    #expect(short.due(after: 95) == [.log, .samples, .checkpoint])
  }

  @Test func theClockMakesWorkDue() throws {
    let start = ContinuousClock.now
    let clock = RunClock(try Self.schedule(log: "1000,60s", checkpoints: "100s"), now: start)
    clock.beginStep(isMeasuring: true, now: start)
    // The next step may end after the time of a line.
    #expect(clock.due(now: start + .seconds(40)) == .measurement)
    clock.endStep(writing: [], now: start + .seconds(40))
    clock.beginStep(isMeasuring: true, now: start + .seconds(40))
    #expect(clock.due(now: start + .seconds(80)) == .log)
    clock.endStep(writing: .log, now: start + .seconds(80))
    clock.beginStep(isMeasuring: false, now: start + .seconds(80))
    #expect(clock.due(now: start + .seconds(120)) == [.checkpoint, .measurement])
    clock.endStep(writing: .checkpoint, now: start + .seconds(121))
    // Steps that are short are measured near the time alone, and without that a line lacks numbers.
    clock.beginStep(isMeasuring: true, now: start + .seconds(121))
    clock.endStep(writing: .log, now: start + .seconds(122))
    clock.beginStep(isMeasuring: false, now: start + .seconds(122))
    #expect(clock.due(now: start + .seconds(123)) == [])
    clock.endStep(writing: [], now: start + .seconds(123))
    clock.beginStep(isMeasuring: false, now: start + .seconds(189))
    #expect(clock.due(now: start + .seconds(190)) == .measurement)
    clock.endStep(writing: [], now: start + .seconds(190))
    clock.beginStep(isMeasuring: true, now: start + .seconds(190))
    #expect(clock.due(now: start + .seconds(190)) == .log)
  }

  @Test func aStepThatMayEndWithALineIsMeasured() throws {
    let schedule = try Self.schedule(log: "10,60s")
    // Nothing is known of the first step's length.
    #expect(schedule.measures(1, isFirst: true, []) && !schedule.measures(2, isFirst: false, []))
    #expect(schedule.measures(10, isFirst: false, []) && schedule.measures(11, isFirst: false, .measurement))
    #expect(!schedule.measures(11, isFirst: false, .log))
    #expect(try !Self.schedule(log: "10").measures(1, isFirst: true, []))
    #expect(
      schedule.due(after: 11, .measurement) == [] && schedule.due(after: 11, [.measurement, .samples]) == .samples)
  }

  @Test func peopleSeeALineAfterTheFirstStepAndInEachMinute() throws {
    let start = ContinuousClock.now
    let clock = RunClock(try Self.schedule(log: "1000"), now: start)
    #expect(clock.showsLine(isLogDue: false, now: start + .seconds(1)))
    #expect(!clock.showsLine(isLogDue: false, now: start + .seconds(60)))
    #expect(clock.showsLine(isLogDue: true, now: start + .seconds(60)))
    #expect(!clock.showsLine(isLogDue: false, now: start + .seconds(119)))
    #expect(clock.showsLine(isLogDue: false, now: start + .seconds(120)))
    #expect(clock.lines == 3)
  }
}
