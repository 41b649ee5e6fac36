import Configuration
import Testing

@Suite struct IntervalTests {
  @Test(
    arguments: [
      ("1", 1, nil), ("1000000000", 1_000_000_000, nil), ("90s", nil, 90), ("10m", nil, 600), ("1h30m", nil, 5400),
      ("250ms", nil, 0.25), ("100,10m", 100, 600), ("10m, 100", 100, 600),
    ] as [(String, Int?, Double?)])
  func stepsTimeOrBoth(words: String, steps: Int?, seconds: Double?) throws {
    let interval = try #require(Interval(argument: words))
    #expect(interval.steps == steps && interval.time?.seconds == seconds)
    #expect(Interval(argument: interval.words) == interval)
  }

  @Test(arguments: [
    "", "0", "-1", "1.5", "1000000001", "99999999999999999999", "0s", "0m", "1us", "10 m", "m", "5x", "100,", ",10m",
    "100,200", "10m,20m", "1,2m,3", "1e3", "10m;", "nan", "infs", "999999h",
  ])
  func whatIsNone(words: String) { #expect(Interval(argument: words) == nil) }

  @Test func itStandsInTheFileOfSettings() throws {
    var settings = try TrainingSettings.preset(named: "tiny")
    try settings.apply([
      SettingAssignment(key: "log-every", value: "100, 10m", origin: ""),
      SettingAssignment(key: "checkpoint-every", value: "90s", origin: ""),
    ])
    let yaml = try settings.yaml()
    #expect(yaml.contains("log-every: 100,10m\n") && yaml.contains("checkpoint-every: 90s\n"), "\(yaml)")
    #expect(try TrainingSettings(yaml: yaml, path: "x") == settings)
    #expect(
      try TrainingSettings(yaml: "preset: tiny\nlog-every: [100, 10m]\ncheckpoint-every: 90s\n", path: "x") == settings)
    #expect(throws: ConfigurationError.self) {
      try settings.apply([SettingAssignment(key: "sample-every", value: "soon", origin: "--set sample-every=soon")])
    }
  }

  @Test func networksThatTakeLongAreSeenAndKeptByTime() throws {
    for name in TrainingSettings.presetNames {
      let settings = try TrainingSettings.preset(named: name)
      // Small ones take no minutes, and their files are the same in each run.
      let isSmall = ["tiny", "fashion32"].contains(name)
      #expect((settings.logEvery.time == nil) == isSmall && (settings.checkpointEvery.time == nil) == isSmall)
      #expect(settings.checkpointEvery.time?.seconds ?? 600 <= 1800)
    }
  }
}
