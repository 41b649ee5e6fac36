import Checkpoints
import Configuration
import Files
import Foundation
import Interchange
import Networks
import TestSupport
import Testing

/// Imported networks compute what the fixtures' own arithmetic in double precision computes.
@Suite struct ImportTests {
  /// Whose fixture, its files under their names, and the names of what they compute.
  struct Case: Sendable, CustomTestStringConvertible {
    let peer: Peer
    let generator: String
    let files: [String: String]
    let expected: String
    var discriminator: String?
    var average: String?

    var testDescription: String { expected }
  }

  static let cases = [
    Case(
      peer: .bigGAN, generator: "G_best0.pth",
      files: ["G.pth": "G_best0.pth", "G_ema.pth": "G_ema_best0.pth", "D.pth": "D_best0.pth"], expected: "biggan/G",
      discriminator: "biggan/D", average: "biggan/G_ema"),
    Case(
      peer: .bigGAN, generator: "G.pth", files: ["G_shared.pth": "G.pth", "D_thin.pth": "D.pth"],
      expected: "biggan-shared/G", discriminator: "biggan-thin/D"),
    Case(
      peer: .studioGAN, generator: "model=G-best-weights-step=7.pth",
      files: [
        "model=G-best-weights-step=7.pth": "model=G-best-weights-step=7.pth",
        "model=D-best-weights-step=7.pth": "model=D-best-weights-step=7.pth",
      ], expected: "studio/G", discriminator: "studio/D"),
    Case(
      peer: .mimicry, generator: "netG_100_steps.pth",
      files: ["netG_100_steps.pth": "netG_100_steps.pth", "netD_100_steps.pth": "netD_100_steps.pth"],
      expected: "mimicry/G", discriminator: "mimicry/D"),
  ]

  @Test(arguments: cases) func computesWhatThePeerComputes(_ example: Case) throws {
    let fixture = try InterchangeFixture(example.files)
    let (checkpoint, lines) = try fixture.imported(example.peer, example.generator)
    func check(_ file: String, _ name: String) throws {
      let images = try InterchangeFixture.images(
        checkpoint, file: file, latents: try fixture.expected(name + "/latents"), labels: InterchangeFixture.labels)
      let difference = InterchangeFixture.difference(of: images, from: try fixture.expected(name + "/pixels"))
      #expect(difference < InterchangeFixture.tolerance, "\(name) as \(file)")
    }
    try check("generator", example.expected)
    try check("generator-average", example.average ?? example.expected)
    let name = try #require(example.discriminator)
    let logits = try InterchangeFixture.logits(
      checkpoint, images: InterchangeFixture.images, labels: InterchangeFixture.labels)
    let expected = try fixture.expected(name + "/logits")
    let scale = expected.reduce(1) { max($0, abs($1)) }
    #expect(InterchangeFixture.difference(of: logits, and: expected) < InterchangeFixture.tolerance * scale, "\(name)")
    #expect(lines.contains { $0.hasPrefix("average: no file") } == (example.average == nil))
    #expect(try checkpoint.configuration().averageStart == (example.average == nil ? 1000 : 0))
    #expect(checkpoint.manifest.step == 0 && checkpoint.manifest.classNames == nil)
  }

  /// The average alone names the run that it is of, and does for both generators where nothing else is there.
  @Test func theAverageAlone() throws {
    let fixture = try InterchangeFixture(["G_ema.pth": "G_ema.pth"])
    let (checkpoint, lines) = try fixture.imported(.bigGAN, "G_ema.pth")
    for file in ["generator", "generator-average"] {
      let images = try InterchangeFixture.images(
        checkpoint, file: file, latents: try fixture.expected("biggan/G_ema/latents"),
        labels: InterchangeFixture.labels)
      let pixels = try fixture.expected("biggan/G_ema/pixels")
      #expect(InterchangeFixture.difference(of: images, from: pixels) < InterchangeFixture.tolerance)
    }
    #expect(lines.contains { $0.hasPrefix("discriminator: no file, drawn from random numbers") }, "\(lines)")
    #expect(lines.contains { $0.contains("generator and its average") && $0.contains("not used") }, "\(lines)")
    #expect(try fixture.folder.text("run/imported.json").contains("linear.sv0"))
  }

  @Test func refusals() throws {
    let fixture = try InterchangeFixture([
      "G.pth": "G.pth", "D.pth": "D.pth", "heykeetae.pth": "heykeetae.pth",
      "model=G-best-weights-step=7.pth": "studio.pth",
    ])
    func expect(
      _ peer: Peer, _ file: String, _ words: [String], code: Int32 = 65, settings: [String] = [],
      discriminator: PeerFiles.Choice = .none, average: PeerFiles.Choice = .none
    ) {
      expectError(code, mentions: words) {
        try fixture.imported(peer, file, discriminator: discriminator, average: average, settings: settings)
      }
    }
    expect(.bigGAN, "D.pth", ["D.pth", "holds a discriminator", "G….pth"])
    expect(.bigGAN, "studio.pth", ["no generator of BigGAN-PyTorch", "output_layer.2.weight"])
    expect(.studioGAN, "G.pth", ["no generator of StudioGAN", "model=G-"])
    expect(.mimicry, "G.pth", ["no generator of mimicry", "netG_"])
    expect(.sagan, "G.pth", ["no generator of sagan", "to_image.weight"])
    expect(.sagan, "heykeetae.pth", ["heykeetae/Self-Attention-GAN", "without classes"])
    expect(.bigGAN, "missing.pth", ["missing.pth", "found none"], code: 66)
    expect(.bigGAN, "G.pth", ["no discriminator"], discriminator: .file(fixture.path("G.pth")))
    expect(.bigGAN, "G.pth", ["width 2", "width", "4", "leave out"], code: 78, settings: ["width=4"])
    expect(.bigGAN, "G.pth", ["classes 3", "5"], code: 78, settings: ["classes=5"])
    // What the weights do not name is theirs all the same: attention, and where the numbers come from.
    expect(
      .bigGAN, "G.pth", ["generator-attention-kind attention", "residual"], code: 78,
      settings: ["generator-attention-kind=residual"])
    for setting in ["from=other", "from-step=3", "fresh-optimizer=true"] {
      expect(
        .bigGAN, "G.pth", ["expected no \(setting.prefix { $0 != "=" })", "leave it out"], code: 78, settings: [setting]
      )
    }
    try FileManager.default.createDirectory(atPath: fixture.path("taken"), withIntermediateDirectories: false)
    try fixture.folder.file("taken/file", [1])
    expectError(73, mentions: ["other files", "--out"]) {
      try fixture.imported(.bigGAN, "G.pth", discriminator: .none, average: .none, out: "taken")
    }
    // Nothing has been written by what was refused.
    #expect(!FileManager.default.fileExists(atPath: fixture.path("run")))
  }

  /// What a file has beyond our networks, or has in place of numbers, is refused by name.
  @Test(
    arguments: [
      ("another.weight", nil, [1.0], "has 'another.weight', which sagan's has no place for"),
      ("blocks.1.0.conv3.weight", nil, [1], "has 'blocks.1.0.conv3.weight'"),
      ("linear.weight", 7, [.nan], "'linear.weight' has NaN or infinite numbers"),
      ("output_layer.2.bias", 0, [-.infinity], "'output_layer.2.bias' has NaN or infinite numbers"),
      ("blocks.0.0.bn1.stored_var", 1, [-0.5], "running variances for 'block0.bn1.running_var' are negative"),
    ] as [(String, Int?, [Float], String)])
  func whatIsNotUnderstoodIsNamed(tensor: String, place: Int?, value: [Float], words: String) throws {
    let fixture = try InterchangeFixture([:])
    try fixture.alter("G.pth", to: "G.safetensors") { tensors in
      if let place { tensors[tensor]?.numbers[place] = value[0] } else { tensors[tensor] = ([1], value) }
    }
    expectError(65, mentions: [words]) {
      try fixture.imported(.bigGAN, "G.safetensors", discriminator: .none, average: .none)
    }
    #expect(!FileManager.default.fileExists(atPath: fixture.path("run")))
  }

  @Test func aSingularVectorOfZerosIsNone() throws {
    let fixture = try InterchangeFixture([:])
    try fixture.alter("G.pth", to: "G.safetensors") { tensors in
      let count = tensors["linear.u0"]?.numbers.count ?? 0
      tensors["linear.u0"]?.numbers = [Float](repeating: 0, count: count)
    }
    expectError(65, mentions: ["singular vector for 'linear", "is 0"]) {
      try fixture.imported(.bigGAN, "G.safetensors", discriminator: .none, average: .none)
    }
  }

  /// A link beside the generator's file is not taken for the discriminator's; named, it is.
  @Test func linksBesideAFileAreNotFollowed() throws {
    let fixture = try InterchangeFixture(["G.pth": "G.pth", "D.pth": "elsewhere.pth"])
    try FileManager.default.createSymbolicLink(
      atPath: fixture.path("D.pth"), withDestinationPath: fixture.path("elsewhere.pth"))
    let (_, lines) = try fixture.imported(.bigGAN, "G.pth")
    #expect(lines.contains { $0.hasPrefix("discriminator: no file") }, "\(lines)")
    let (_, named) = try fixture.imported(
      .bigGAN, "G.pth", discriminator: .file(fixture.path("D.pth")), out: "named")
    #expect(!named.contains { $0.hasPrefix("discriminator: no file") }, "\(named)")
  }

  /// Files with our own names do not tell how maps are doubled: what is assumed is said.
  @Test func ownFilesAreAssumedAsPublished() throws {
    let fixture = try InterchangeFixture([
      "netG_100_steps.pth": "netG_100_steps.pth", "netD_100_steps.pth": "netD_100_steps.pth",
    ])
    let (checkpoint, lines) = try fixture.imported(.mimicry, "netG_100_steps.pth")
    #expect(!lines.contains { $0.hasPrefix("upsampling ") })
    _ = try ExportRun(checkpoint).write(.pyTorch, to: fixture.path("own")) { _ in }
    let (again, own) = try fixture.imported(.sagan, "own/generator.pth", out: "again")
    #expect(
      own.contains { $0.hasPrefix("upsampling nearest, shortcuts of the discriminator input: the files do not tell") })
    #expect(try again.configuration().settings.generatorUpsampling == .nearest)
    let chosen = try fixture.imported(
      .sagan, "own/generator.pth", settings: ["generator-upsampling=bilinear"], out: "chosen")
    #expect(chosen.lines.contains { $0.hasPrefix("upsampling bilinear") })
  }
}
