import Checkpoints
import Reports
import TrainingTestSupport
import TestSupport
import Configuration
import Kernels
import Layers
import Networks
import Tensors
import Testing
import Threads

@Suite(.serialized) struct PresetTests {
  /// The published numbers of parameters, with the classes that the data sets in print have.
  @Test(arguments: [
    ("sagan128", 1000, 42_078_852, 39_463_618), ("sagan64", 1000, 41_577_732, 20_571_842),
    ("sagan32", 10, 4_386_308, 1_075_586), ("sngan-projection128", 1000, 41_996_931, 30_041_857),
    ("sngan-projection32", 10, 4_304_387, 1_055_105), ("acgan128", 1000, 41_996_931, 30_042_857),
    ("acgan32", 10, 4_304_387, 1_055_115),
  ])
  func parameterCounts(name: String, classes: Int, generator: Int, discriminator: Int) throws {
    var settings = try TrainingSettings.preset(named: name)
    (settings.classes, settings.imageChannels) = (classes, 3)
    let configuration = try TrainingConfiguration(settings)
    let pool = WorkerPool(threads: 1)
    let g = Generator<Float>(
      configuration.generator, samples: 1, shards: 1, isTrained: false, pool: pool)
    #expect(g.context.weights.parameters.layout.parameterCount == generator)
    let d = Discriminator<Float>(
      configuration.discriminator, samples: 1, shards: 1, isTrained: false, pool: pool)
    #expect(d.context.weights.parameters.layout.parameterCount == discriminator)
  }

  @Test func everyPresetIsValidAndHasItsName() throws {
    #expect(TrainingSettings.presetNames.count == Set(TrainingSettings.presetNames).count)
    for name in TrainingSettings.presetNames {
      let preset = try TrainingSettings.preset(named: name)
      #expect(preset.preset == name)
      try preset.validate()
    }
  }

  /// A preset for data of ten classes and three colours.
  private func resolved(_ name: String, _ assignments: String...) throws -> TrainingConfiguration {
    var settings = try TrainingSettings.preset(named: name)
    (settings.classes, settings.imageChannels) = (10, 3)
    try settings.apply(assignments.map { try SettingAssignment(parsing: $0) })
    return try TrainingConfiguration(settings)
  }

  @Test func published() throws {
    let sagan = try TrainingSettings.preset(named: "sagan128")
    #expect((sagan.batch, sagan.generatorBatch, sagan.shards, sagan.discriminatorUpdates) == (256, 256, 8, 1))
    #expect((sagan.generatorLearningRate, sagan.discriminatorLearningRate) == (1e-4, 4e-4))
    #expect((sagan.beta1, sagan.beta2) == (0, 0.9))
    #expect((sagan.averageDecay, sagan.averageStart) == (0.9999, 2000))
    let sngan = try resolved("sngan-projection128")
    #expect((sngan.batch, sngan.generatorBatch, sngan.shards, sngan.discriminatorUpdates) == (64, 128, 4, 5))
    #expect((sngan.learningRateFactor(step: 400_000), sngan.learningRateFactor(step: 425_000)) == (1, 0.5))
    #expect(!sngan.generatorSpectralNorm && sngan.discriminatorSpectralNorm && sngan.generatorAttention.isEmpty)
    #expect(try resolved("sngan-projection32").learningRateFactor(step: 25_000) == 0.5)
    #expect(try TrainingSettings.preset(named: "acgan32").head == .classifier)
  }

  @Test func photographsHaveTheNetworksOfAQuarterOfTheWidth() throws {
    let (photographs, quarter) = (try resolved("photos64"), try resolved("sagan64", "width=16"))
    #expect(photographs.generator.json == quarter.generator.json)
    #expect(photographs.discriminator.json == quarter.discriminator.json)
    #expect(photographs.generator.json.contains(#""attention_after":[2]"#))
    #expect((photographs.batch, photographs.shards) == (16, 4))
  }

  /// Steps are counted from 1 by users, and from 0 in the call.
  @Test(arguments: [(0, 0), (1, 0), (2, 1), (2000, 1999)]) func theFirstStepThatIsAveraged(start: Int, first: Int)
    throws
  {
    let configuration = try resolved("tiny", "average-start=\(start)")
    for step in 0..<first { #expect(configuration.averageDecay(step: step) == 0) }
    for step in first..<first + 3 { #expect(configuration.averageDecay(step: step) == 0.9) }
  }

  @Test func theListCountsWhatIsPublished() throws {
    let rows = "\(try PresetList())".split(separator: "\n")
    #expect(rows.count == 1 + TrainingSettings.presetNames.count)
    for (name, row) in zip(TrainingSettings.presetNames, rows.dropFirst()) {
      #expect(row.hasPrefix(name + " ") && row.last != " ")
    }
    for part in ["1000", "42,078,852, 39,463,618", "256, 256", "32×32"] { #expect(rows[1].contains(part), "\(part)") }
    for part in ["4,304,387, 1,055,105", "128, 64", "CIFAR-10"] { #expect(rows[5].contains(part), "\(part)") }
  }

  @Test func unknownPreset() {
    expectError(78, mentions: ["'sagan'", "did you mean 'sagan64'?", "tiny"]) {
      _ = try TrainingSettings.preset(named: "sagan")
    }
  }

  /// The tables that other programs rebuild the networks from.
  @Test func architecturesAsJSON() throws {
    var settings = try TrainingSettings.tiny("classes=10", "image-channels=1")
    #expect(
      try TrainingConfiguration(settings).generator.json
        == #"{"attention_after":[1],"blocks":[{"in":16,"out":16},{"in":16,"out":16},{"in":16,"out":16}],"channels":1,"#
        + #""classes":10,"initial":16,"latent":16,"spectral_norm":true}"#)
    try settings.apply([
      SettingAssignment(parsing: "discriminator-attention=none"), SettingAssignment(parsing: "head=classifier"),
    ])
    #expect(
      try TrainingConfiguration(settings).discriminator.json
        == #"{"attention_after":[],"blocks":[{"down":true,"hidden":8,"in":1,"out":8},{"down":true,"hidden":8,"in":8,"out":8},"#
        + #"{"down":false,"hidden":8,"in":8,"out":8},{"down":false,"hidden":8,"in":8,"out":8}],"channels":1,"classes":10,"#
        + #""head":"classifier","spectral_norm":true}"#)
    try settings.apply(
      [
        "generator-attention=8,32", "discriminator-attention=8,16", "width=16", "generator-attention-kind=residual",
        "discriminator-attention-kind=attention",
      ].map { try SettingAssignment(parsing: $0) })
    #expect(
      try TrainingConfiguration(settings).generator.json
        == #"{"attention_after":[],"blocks":[{"in":64,"out":64},{"in":64,"out":64},{"in":64,"out":64}],"channels":1,"#
        + #""classes":10,"initial":64,"latent":16,"residual_after":[0,2],"spectral_norm":true}"#)
    #expect(try TrainingConfiguration(settings).discriminator.json.contains(#""attention_after":[0,1],"#))
  }
}
