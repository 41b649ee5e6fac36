import Foundation
import Testing

/// A run is a function of its configuration and seed: ranks, threads and restarts change no byte of it.
@Suite struct SameBytes {
  /// Settings that take the step along another path.
  struct Variant: CustomTestStringConvertible {
    let testDescription: String
    var settings: [String] = []
    var options: [String] = []
    var ranks = [2, 4]
  }

  static let variants = [
    Variant(testDescription: "SAGAN"),
    Variant(testDescription: "auxiliary classifier", settings: ["head=classifier"]),
    Variant(
      testDescription: "two discriminator updates, a larger generator batch",
      settings: ["discriminator-updates=2", "generator-batch=16"]),
    Variant(
      testDescription: "SNGAN with moments and decay",
      settings: [
        "generator-spectral-norm=false", "thin-discriminator=true", "generator-attention=none",
        "discriminator-attention=none", "beta1=0.5", "decay-start=2", "decay-end=20", "image-channels=1",
      ]),
    Variant(
      testDescription: "networks of other programs",
      settings: [
        "generator-upsampling=bilinear", "discriminator-shortcut=rectified", "thin-discriminator=true",
        "thin-first-block=true",
      ]),
    Variant(testDescription: "global batch norm", settings: ["batch-norm=global"]),
    Variant(
      testDescription: "augmented images", settings: ["augment=differentiable", "discriminator-updates=2", "flip=true"]),
    Variant(
      testDescription: "global batch norm of six shards", settings: ["batch-norm=global", "head=classifier"],
      options: ["--shards", "6", "--batch", "12"], ranks: [3, 6]),
    Variant(testDescription: "eight shards", options: ["--shards", "8", "--batch", "16"], ranks: [8]),
    Variant(testDescription: "six shards", options: ["--shards", "6", "--batch", "12"], ranks: [3, 6]),
    Variant(testDescription: "one shard", options: ["--shards", "1", "--seed", "18446744073709551615"], ranks: [1]),
  ]

  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test(arguments: variants) func ranksAndThreadsChangeNothing(variant: Variant) throws {
    try train(variant, "reference")
    try expectWhole("reference", steps: 10)
    for ranks in variant.ranks {
      try train(variant, "ranks-\(ranks)", ranks: ranks)
      try expectSameRun(scratch, "reference", "ranks-\(ranks)")
    }
    try train(variant, "threads-2", ["--threads", "2"])
    try expectSameRun(scratch, "reference", "threads-2")
  }

  /// Two summands have one sum, so that MPI can be asked for it, too; on four ranks it has an order of its own.
  @Test(arguments: [("mpi", 2), ("gather", 2), ("gather", 4)])
  func howSumsOverRanksAreTakenChangesNothing(reduction: String, ranks: Int) throws {
    let variant = Self.variants[0]
    try train(variant, "reference", ranks: ranks)
    try train(variant, reduction, ["--reduction", reduction], ranks: ranks)
    try expectSameRun(scratch, "reference", reduction)
    #expect(try scratch.text(reduction + "/environment.json").contains("\"reduction\" : \"\(reduction)\""))
  }

  @Test(arguments: variants) func restartsChangeNothingWhateverTheRanksBeforeAndAfter(
    variant: Variant
  ) throws {
    try train(variant, "reference")
    let most = variant.ranks.max()
    for (name, before, after) in [("alone", nil, nil), ("more", nil, most), ("fewer", most, nil)] {
      try train(variant, name, steps: 5, ranks: before)
      try expectWhole(name, steps: 5)
      try train(variant, name, ["--resume", "auto"], ranks: after)
      try expectSameRun(scratch, "reference", name)
      #expect(try scratch.text("reference/config.yaml") == scratch.text(name + "/config.yaml"))
    }
  }

  @Test func imagesFromFilesReachTheSameRanks() throws {
    try FashionFiles().writeCompressed(to: scratch)
    let variant = Variant(
      testDescription: "files", options: ["--data", "fashion-mnist:" + scratch.at("data")])
    try train(variant, "reference")
    try train(variant, "ranks-4", ranks: 4)
    try expectSameRun(scratch, "reference", "ranks-4")
    // The order of images is part of the state, too: 20 images are less than three steps.
    try train(variant, "resumed", steps: 5, ranks: 2)
    try train(variant, "resumed", ["--resume", "auto"])
    try expectSameRun(scratch, "reference", "resumed")
  }

  @Test(arguments: ["none", "differentiable"]) func aKilledRunGoesOnAsIfNothingHadHappened(augment: String) throws {
    let variant = Variant(testDescription: "kill", settings: ["keep=1", "augment=\(augment)"])
    // Far more steps than there is time for: how many it has made when the kill comes is a matter of chance.
    let killed = try Program.start(arguments(variant, "killed", steps: 1_000_000), ranks: nil)
    try killed.wait { scratch.holds("killed/checkpoints/latest") }
    killed.send(9)
    let outcome = try killed.wait()
    #expect(outcome.code == 128 + 9, "\(outcome.description)")
    let steps = scratch.latest("killed") + 10
    try train(variant, "reference", steps: steps)
    try train(variant, "killed", ["--resume", "auto"], steps: steps, ranks: 2)
    try expectSameRun(scratch, "reference", "killed")
  }

  @Test func anotherSeedGivesOtherNumbers() throws {
    try train(Self.variants[0], "reference")
    try train(Self.variants[0], "seed-1", ["--seed", "1"])
    #expect(try scratch.results("reference") != scratch.results("seed-1"))
    let changed = differences(try scratch.tree("reference/checkpoints"), try scratch.tree("seed-1/checkpoints"))
    #expect(changed.contains("step-00000010/generator.safetensors"))
  }

  // MARK: - Running and comparing

  private func arguments(_ variant: Variant, _ out: String, steps: Int) -> [String] {
    let settings = ["log-every=1", "sample-every=5", "checkpoint-every=5"] + variant.settings
    return ["train", "--preset", "tiny", "--out", scratch.at(out), "--steps", String(steps)] + variant.options
      + settings.flatMap { ["--set", $0] }
  }

  /// Trains, which has to succeed.
  private func train(
    _ variant: Variant, _ out: String, _ more: [String] = [], steps: Int = 10, ranks: Int? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try Program.run(arguments(variant, out, steps: steps) + more, ranks: ranks)
    expectSuccess(outcome, sourceLocation: sourceLocation)
  }

  /// Checks that a run left what the comparison of two runs needs.
  private func expectWhole(_ out: String, steps: Int, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let step = String(format: "step-%08d", steps)
    for name in ["generator", "generator-average", "discriminator", "state"] {
      #expect(scratch.holds("\(out)/checkpoints/\(step)/\(name).safetensors"), sourceLocation: sourceLocation)
    }
    #expect(try scratch.text(out + "/checkpoints/latest") == step + "\n", sourceLocation: sourceLocation)
    #expect(scratch.holds("\(out)/samples/\(step).png"), sourceLocation: sourceLocation)
    #expect(try scratch.results(out).count == steps, sourceLocation: sourceLocation)
  }
}
