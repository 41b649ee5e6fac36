import TrainingTestSupport
import TestSupport
import Configuration
import Kernels
import Testing

@Suite struct SettingsTests {
  /// Another value for every setting that can be set.
  private static let others = [
    "data": "fashion-mnist:/some where/a: b", "resolution": "64", "image-channels": "1", "classes": "7",
    "seed": "18446744073709551615", "steps": "123", "batch": "12", "generator-batch": "20", "shards": "2",
    "discriminator-updates": "3", "width": "8", "discriminator-width": "12", "latent-size": "32",
    "generator-attention": "8,32",
    "discriminator-attention": "none", "generator-attention-kind": "residual",
    "discriminator-attention-kind": "residual", "generator-spectral-norm": "false",
    "discriminator-spectral-norm": "false",
    "thin-first-block": "true", "discriminator-shortcut": "rectified", "generator-upsampling": "bilinear",
    "thin-discriminator": "true", "head": "classifier", "initial-gamma": "-0.5", "generator-learning-rate": "0.003",
    "discriminator-learning-rate": "1.0e-07", "beta1": "0.5", "beta2": "0.999", "epsilon": "1.0e-06",
    "decay-start": "5",
    "decay-end": "50", "discriminator-auxiliary-weight": "0.25", "generator-auxiliary-weight": "0.125",
    "average-decay": "0.75", "average-start": "3", "log-every": "7", "sample-every": "8", "checkpoint-every": "9",
    "keep": "1", "resize": "bicubic", "orientation": "ignore", "held-out": "2.5%", "flip": "true",
    "augment": "differentiable",
    "skip-bad-images": "true",
    "cache": "/some where/cache",
    "evaluate-every": "21", "evaluate-samples": "700", "evaluate-extractor": "inception:/some where/a: b.pth",
    "keep-best": "accuracy", "audit-every": "11", "keep-every": "12", "batch-norm": "global",
    "conv": "direct", "from": "runs/some where: a", "from-step": "0",
    "from-checksum": "00112233445566778899aabbccddeeff", "fresh-optimizer": "true",
  ]

  @Test func everySettingReadsBack() throws {
    let start = try TrainingSettings.tiny()
    #expect(Set(Self.others.keys) == Set(TrainingSettings.settingKeys).subtracting(["preset"]))
    for (key, value) in Self.others {
      var changed = start
      try changed.apply([SettingAssignment(key: key, value: value, origin: "a test")])
      #expect(changed.values[key] == value)
      #expect(start.values[key] != value, "the test of \(key) changes nothing")
      let alsoChanged: Set<String> = key == "batch" ? ["batch", "generator-batch"] : [key]
      #expect(Set(changed.values.filter { start.values[$0.key] != $0.value }.keys) == alsoChanged)
    }
  }

  @Test func everySettingGoesThroughYAML() throws {
    var configuration = try TrainingSettings.tiny()
    try configuration.apply(
      Self.others.sorted { $0.key < $1.key }.map { SettingAssignment(key: $0.key, value: $0.value, origin: "a test") })
    let yaml = try configuration.yaml()
    #expect(try TrainingSettings(yaml: yaml, path: "config.yaml") == configuration)
    #expect(yaml.split(separator: "\n").count == TrainingSettings.settingKeys.count)
  }

  /// Both versions of YAML read a number: 1.1 wants a decimal point, and a sign of the exponent.
  @Test(arguments: ["1e-08", "1.0e-08", "1E-8", "2.5e-07", "1e+20", "1e20", "3", "0.1", "1e-300"])
  func numbersAreNumbersInYAML(text: String) throws {
    for key in ["epsilon", "generator-learning-rate"] {
      let configuration = try TrainingSettings.tiny("\(key)=\(text)")
      let line = try configuration.yaml().split(separator: "\n").first { $0.hasPrefix(key + ": ") }
      let written = try #require(line).dropFirst(key.count + 2)
      #expect(written.wholeMatch(of: /[-+]?[0-9]+\.[0-9]+([eE][-+][0-9]+)?/) != nil, "\(written)")
      #expect(Double(written) == Double(text))
    }
  }

  @Test func settingsThatAreNotNamedAreThePresets() throws {
    #expect(
      try TrainingSettings(yaml: "width: 8\npreset: tiny\n", path: "x") == TrainingSettings.tiny("width=8"))
  }

  @Test func settingsNeedAPreset() {
    expectError(78, mentions: ["'preset'", "some.yaml"]) {
      _ = try TrainingSettings(yaml: "width: 8\n", path: "some.yaml")
    }
    expectError(78, mentions: ["'other'", "some.yaml:1"]) {
      _ = try TrainingSettings(yaml: "preset: other\n", path: "some.yaml")
    }
  }

  @Test(arguments: [
    "resolution=48", "image-channels=2", "classes=-1", "classes=ten", "seed=-1", "seed=18446744073709551616",
    "steps=-1",
    "steps=1.5", "batch=0", "batch=-4", "generator-batch=0", "shards=0", "discriminator-updates=0", "width=0",
    "latent-size=0", "generator-attention=-16", "generator-attention=some", "discriminator-attention=",
    "generator-attention=16,16", "generator-attention=16,", "generator-attention=none,16", "generator-attention=16;32",
    "discriminator-attention=0,16", "generator-attention-kind=none", "discriminator-attention-kind=Attention",
    "generator-spectral-norm=yes", "thin-discriminator=1", "thin-first-block=", "generator-upsampling=cubic",
    "discriminator-shortcut=true", "head=both", "initial-gamma=nan", "initial-gamma=",
    "generator-learning-rate=0", "discriminator-learning-rate=-1", "discriminator-learning-rate=inf", "beta1=1",
    "beta2=-0.1", "epsilon=0", "decay-start=-1", "decay-end=x", "generator-auxiliary-weight=-1", "average-decay=1",
    "average-start=-1", "log-every=0", "sample-every=0", "checkpoint-every=0", "keep=0", "data=mnist", "preset=tiny",
    "steps=99999999999999999999", "augment=true", "augment=color",
  ])
  func badValues(assignment: String) throws {
    var configuration = try TrainingSettings.tiny()
    let key = String(assignment.prefix { $0 != "=" })
    let value = String(assignment.dropFirst(key.count + 1))
    expectError(78, mentions: ["expected", "for \(key)", "'\(value)'", "--set \(assignment)"]) {
      try configuration.apply([SettingAssignment(parsing: assignment)])
    }
  }

  @Test func unknownKeysNameTheNearest() throws {
    var configuration = try TrainingSettings.tiny()
    for (wrong, right) in [
      ("generator-learning-rat", "generator-learning-rate"), ("beta3", "beta1"), ("Width", "width"), ("bacth", "batch"),
      ("batch-size", "batch"), ("batch_size", "batch"), ("g-batch", "generator-batch"),
      ("learning-rate-d", "discriminator-learning-rate"),
      ("g-lr", "generator-learning-rate"), ("d_lr", "discriminator-learning-rate"), ("ema-decay", "average-decay"),
      ("checkpoint-interval", "checkpoint-every"), ("n-classes", "classes"), ("latent", "latent-size"),
      ("discriminator-update", "discriminator-updates"), ("eps", "epsilon"), ("beta-2", "beta2"), ("log", "log-every"),
    ] {
      expectError(78, mentions: ["'\(wrong)'", "'\(right)'"]) {
        try configuration.apply([SettingAssignment(parsing: wrong + "=1")])
      }
    }
  }

  @Test(arguments: ["beta2", "=1", ""]) func assignmentsNeedAKey(text: String) {
    expectError(78, mentions: ["key=value", "'\(text)'"]) { _ = try SettingAssignment(parsing: text) }
  }

  @Test func theGeneratorsBatchFollows() throws {
    var configuration = try TrainingSettings.preset(named: "sngan-projection32")
    try configuration.apply([SettingAssignment(parsing: "batch=8")])
    #expect((configuration.batch, configuration.generatorBatch) == (8, 16))
    try configuration.apply([SettingAssignment(parsing: "generator-batch=4"), SettingAssignment(parsing: "batch=12")])
    #expect((configuration.batch, configuration.generatorBatch) == (12, 4))
  }

  @Test(arguments: [
    (["batch=6"], ["batch is 6", "4 or 8"]), (["generator-batch=2"], ["generator-batch is 2", "instance 4"]),
    (["shards=3"], ["3 shards"]), (["generator-attention=12"], ["generator-attention is 12", "8, 16, 32", "or none"]),
    (["generator-attention=8,24"], ["generator-attention is 24", "8, 16, 32"]),
    (["discriminator-attention=32"], ["discriminator-attention is 32", "16, 8"]),
    (["width=3"], ["generator-attention is 16", "12 channels"]),
    (["width=3", "generator-attention-kind=residual"], ["discriminator-attention is 16", "6 channels"]),
    (["decay-start=9", "decay-end=9"], ["decay-end is 9"]),
    (["steps=1000000000", "discriminator-updates=5"], ["fewer steps"]),
  ])
  func settingsThatDoNotFit(settings: [String], mentions: [String]) throws {
    var configuration = try TrainingSettings.tiny()
    try configuration.apply(settings.map { try SettingAssignment(parsing: $0) })
    expectError(78, mentions: mentions) { try configuration.validate() }
  }

  @Test(arguments: [
    "none": "none", "0": "none", "16": "16", "32,16": "16,32", "8, 32, 16": "8,16,32",
  ])
  func heightsOfMaps(text: String, kept: String) throws {
    let configuration = try TrainingSettings.tiny("generator-attention=\(text)")
    #expect(configuration.values["generator-attention"] == kept)
    try configuration.validate()
  }

  @Test func listsInFiles() throws {
    for (value, kept) in [("[32, 8]", "8,32"), ("[]", "none"), ("[16]", "16"), ("'8,16'", "8,16"), ("\n  - 16", "16")] {
      let yaml = "preset: tiny\ngenerator-attention: \(value)\n"
      #expect(try TrainingSettings(yaml: yaml, path: "some.yaml").values["generator-attention"] == kept)
    }
    for value in ["[[8]]", "{8: 16}"] {
      expectError(78, mentions: ["values for generator-attention", "line 2"]) {
        _ = try TrainingSettings(yaml: "preset: tiny\ngenerator-attention: \(value)\n", path: "some.yaml")
      }
    }
  }

  @Test func ranks() throws {
    let configuration = try TrainingSettings.tiny("shards=6", "batch=6")
    for allowed in [1, 3, 6] { try configuration.validate(ranks: allowed) }
    for refused in [2, 4, 5, 12] {
      expectError(78, mentions: ["\(refused) ranks", "6 shards", "1, 3 or 6"]) {
        try configuration.validate(ranks: refused)
      }
    }
  }

  /// Runs of versions that had no choice left images as they are stored, and continue so.
  @Test func runsOfEarlierVersionsHadNoOrientation() throws {
    let yaml = try TrainingSettings.tiny().yaml().split(separator: "\n").filter { !$0.hasPrefix("orientation") }
    let run = try ConfigurationFile(yaml: yaml.joined(separator: "\n"), path: "config.yaml")
    let settings = try SettingSources(preset: nil, run: run).settings()
    #expect(settings.values["orientation"] == "ignore")
    var earlier = settings.decisiveValues
    earlier["orientation"] = nil
    #expect(settings.differences(from: earlier).isEmpty)
    #expect(try TrainingSettings.tiny().differences(from: earlier).map(\.key) == ["orientation"])
    // A file of settings is no run, and a run of this version says what it did.
    #expect(try SettingSources(preset: nil, file: run).settings().values["orientation"] == "apply")
    let own = try ConfigurationFile(yaml: TrainingSettings.tiny().yaml(), path: "config.yaml")
    #expect(try SettingSources(preset: nil, run: own).settings().values["orientation"] == "apply")
  }

  @Test func whatDecidesResults() throws {
    let decisive = Set(try TrainingSettings.tiny().decisiveValues.keys)
    let origin: Set = ["from", "from-step", "from-checksum", "fresh-optimizer"]
    #expect(
      Set(TrainingSettings.settingKeys).subtracting(decisive)
        == origin.union([
          "preset", "data", "skip-bad-images", "cache", "steps", "log-every", "sample-every", "checkpoint-every",
          "keep", "keep-every", "audit-every", "evaluate-every", "evaluate-samples", "evaluate-extractor", "keep-best",
        ]))
    // Of a run that starts with another's numbers all but the path is told, and none of it makes another run.
    var started = try TrainingSettings.tiny()
    try started.apply(
      Self.others.filter { origin.contains($0.key) }.map { SettingAssignment(key: $0.key, value: $0.value, origin: "") }
    )
    #expect(Set(started.decisiveValues.keys) == decisive.union(origin.subtracting(["from"])))
    try started.checkSame(as: TrainingSettings.tiny().decisiveValues, in: "run", hasNumbers: true)
  }
}
