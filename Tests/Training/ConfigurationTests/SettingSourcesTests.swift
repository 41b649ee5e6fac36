import TestSupport
import Configuration
import Testing

/// Which source of a setting wins.
@Suite struct SettingSourcesTests {
  private static func file(_ yaml: String) throws -> ConfigurationFile {
    try ConfigurationFile(yaml: yaml, path: "file")
  }

  private static func assign(_ settings: String...) throws -> [SettingAssignment] {
    try settings.map { try SettingAssignment(parsing: $0) }
  }

  @Test func everySourceWinsOverThoseBefore() throws {
    var sources = SettingSources(preset: "tiny")
    #expect(try sources.settings().width == 4)
    sources.run = try Self.file("preset: tiny\nwidth: 8\nseed: 8\n")
    #expect(try sources.settings().width == 8)
    sources.file = try Self.file("width: 16\n")
    #expect(try sources.settings().width == 16)
    sources.assignments = try Self.assign("width=24")
    #expect(try sources.settings().width == 24)
    sources.assignments += try Self.assign("width=32")
    #expect(try sources.settings().width == 32)
    // What a later source leaves out stays.
    #expect(try sources.settings().seed == 8)
    #expect(try sources.settings().steps == 20)
  }

  @Test func theFirstPresetNamedIsTheStart() throws {
    let (run, file) = (try Self.file("preset: acgan32\nseed: 3\n"), try Self.file("preset: sagan32\nwidth: 48\n"))
    #expect(!SettingSources(preset: nil).hasPreset)
    #expect(try SettingSources(preset: nil, run: run).settings().preset == "acgan32")
    #expect(try SettingSources(preset: nil, run: run, file: file).settings().preset == "sagan32")
    let tiny = try SettingSources(preset: "tiny", run: run, file: file).settings()
    #expect((tiny.preset, tiny.latentSize, tiny.width) == ("tiny", 16, 48))
  }

  @Test func aRunOfAnotherPresetSaysNothing() throws {
    let run = try Self.file("preset: acgan32\nseed: 3\n")
    #expect(try SettingSources(preset: "sagan32", run: run).settings().seed == 0)
    #expect(try SettingSources(preset: "acgan32", run: run).settings().seed == 3)
  }

  @Test func theGeneratorsBatchFollowsWhatStoodBefore() throws {
    let run = try Self.file("preset: tiny\nbatch: 8\ngenerator-batch: 16\n")
    var sources = SettingSources(preset: nil, run: run, assignments: try Self.assign("batch=12"))
    #expect(try sources.settings().generatorBatch == 24)
    sources.assignments += try Self.assign("generator-batch=4")
    #expect(try sources.settings().generatorBatch == 4)
  }

  @Test func faultsSayWhereTheyStand() throws {
    for (yaml, mentions) in [
      ("preset: tyni\n", ["'tyni'", "(file:1)", "'tiny'"]), ("preset: tiny\n\nwidht: 8\n", ["'widht'", "(file:3)"]),
      ("preset: tiny\nwidth: eight\n", ["for width", "'eight'", "(file:2)"]),
    ] {
      let file = try Self.file(yaml)
      expectError(78, mentions: mentions) { _ = try SettingSources(preset: nil, file: file).settings() }
    }
    expectError(78, mentions: ["--preset"]) { _ = try SettingSources(preset: nil).settings() }
  }
}
