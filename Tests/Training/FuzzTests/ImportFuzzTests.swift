import Configuration
import Files
import Interchange
import Logging
import TestSupport
import Testing

/// Weights of other programs.
@Suite struct ImportFuzzTests {
  /// Whatever a file of a peer says, it is imported or refused, and nothing is written.
  @Test(arguments: [
    (Peer.bigGAN, "G.pth", "D.pth"), (.bigGAN, "G_shared.pth", "D_thin.pth"),
    (.studioGAN, "model=G-best-weights-step=7.pth", "model=D-best-weights-step=7.pth"),
    (.mimicry, "netG_100_steps.pth", "netD_100_steps.pth"),
  ])
  func weights(peer: Peer, generator: String, discriminator: String) throws {
    let folder = try TemporaryDirectory()
    func read(_ generator: String, _ discriminator: PeerFiles.Choice) throws {
      let run = try ImportRun(
        peer, PeerFiles(generator, discriminator: discriminator, average: .none, of: peer),
        SettingSources(preset: nil), logger: Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() })
      try run.check()
    }
    let words = [
      "linear.weight", "conv1.weight", "attn_block", "running_var", "u0", "weight_orig", "K\u{1}", "K\0", "M\0\u{7f}",
      "t", "Q", "R",
    ]
    let whole = try folder.file("whole.pth", try Fixtures.bytes(generator, in: "interchange"))
    try Fuzzing.run(
      "import-generator", damaging: [try Fixtures.bytes(generator, in: "interchange")], words: words, share: 8
    ) { try read($0, .none) }
    try Fuzzing.run(
      "import-discriminator", damaging: [try Fixtures.bytes(discriminator, in: "interchange")], words: words, share: 8
    ) { try read(whole, .file($0)) }
  }
}
