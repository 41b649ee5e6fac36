import Foundation
import Testing

/// Training on a folder of images: decoded once, the same on any number of ranks.
@Suite struct FolderData {
  private let scratch: Scratch
  private let photos: PhotoFolder

  init() throws {
    scratch = try Scratch()
    photos = try PhotoFolder(in: scratch)
  }

  private func train(_ out: String, _ more: [String] = [], steps: Int = 4, ranks: Int? = nil) throws -> Outcome {
    let settings = ["log-every=1", "sample-every=2", "checkpoint-every=2", "flip=true"].flatMap { ["--set", $0] }
    return try Program.run(
      ["train", "--preset", "tiny", "--data", photos.data, "--out", scratch.at(out), "--steps", String(steps)]
        + settings
        + more, ranks: ranks)
  }

  /// What a run leaves that depends on its results.
  private func results(_ out: String) throws -> [String: Data] { try scratch.tree(out + "/checkpoints") }

  private var caches: [String] { get throws { try scratch.tree("runs/cache").keys.sorted() } }

  @Test func theStartSaysWhatTheDataAre() throws {
    let outcome = try train("runs/a")
    expectSuccess(outcome)
    for line in [
      "decoding 10 images into", "10 images as 32×32", "fingerprint ", "originals: heights 36 to 47, widths 40 to 61\n",
      "labels: dunes 5, ladybird 5\n", "pixels in 0…1: mean 0.",
    ] {
      #expect(outcome.output.contains(line), "'\(line)' in \(outcome.description)")
    }
    #expect(try caches.count == 1)
  }

  @Test(arguments: [2, 4]) func ranksSeeTheSameImages(ranks: Int) throws {
    expectSuccess(try train("runs/one"))
    // Ranks share the cache of the first run, and make one of their own.
    let shared = try train("runs/shared", ranks: ranks)
    expectSuccess(shared)
    #expect(!shared.output.contains("decoding"))
    let own = try train("more/own", ["--threads", "2"], ranks: ranks)
    expectSuccess(own)
    #expect(own.output.components(separatedBy: "decoding 10 images").count == 2, "\(own.description)")
    for out in ["runs/shared", "more/own"] { #expect(differences(try results("runs/one"), try results(out)) == []) }
    #expect(differences(try scratch.tree("runs/cache"), try scratch.tree("more/cache")) == [])
  }

  @Test func mirroringAndResizingDecideTheResult() throws {
    expectSuccess(try train("runs/a"))
    expectSuccess(try train("runs/plain", ["--set", "flip=false"]))
    expectSuccess(try train("runs/bicubic", ["--set", "resize=bicubic"]))
    #expect(try results("runs/a") != results("runs/plain"))
    #expect(try results("runs/a") != results("runs/bicubic"))
    for (setting, words) in [("flip=false", ["flip true"]), ("resize=bicubic", ["resize bilinear"])] {
      let outcome = try train("runs/a", ["--set", setting, "--resume", "auto"], steps: 6)
      #expect(outcome.code == 65 || outcome.code == 78)
      expectSentence(outcome, code: 78, words)
    }
  }

  @Test func aRestartIsTheSameRunAndDecodesNothing() throws {
    expectSuccess(try train("runs/whole"))
    expectSuccess(try train("runs/parts", steps: 2, ranks: 2))
    let rest = try train("runs/parts", ["--resume", "auto"])
    expectSuccess(rest)
    #expect(!rest.output.contains("decoding"))
    #expect(differences(try results("runs/whole"), try results("runs/parts")) == [])
  }

  @Test(arguments: [nil, 2]) func aChangedImageIsNoticed(ranks: Int?) throws {
    expectSuccess(try train("runs/a", steps: 2))
    // The same name and length.
    try photos.write(try PhotoFolder.png(2), to: "dunes/0.png")
    let before = try results("runs/a")
    expectSentence(
      try train("runs/a", ["--resume", "auto"], ranks: ranks), code: 65, ["images of fingerprint", "same data"])
    #expect(differences(before, try results("runs/a")) == [])
    let anew = try train("runs/b", ranks: ranks)
    expectSuccess(anew)
    #expect(anew.output.contains("fingerprint"))
  }

  @Test func anotherClassContradictsTheRun() throws {
    expectSuccess(try train("runs/a", steps: 2))
    try photos.write(try PhotoFolder.png(0), to: "aqua/0.png")
    let before = try results("runs/a")
    expectSentence(
      try train("runs/a", ["--resume", "auto"]), code: 78, ["2 classes", "label 2", scratch.at("photos")])
    #expect(differences(before, try results("runs/a")) == [])
  }

  @Test func aTouchedImageIsDecodedAgainAndIsTheSame() throws {
    expectSuccess(try train("runs/a", steps: 2))
    try photos.write(try PhotoFolder.png(0), to: "dunes/0.png")
    let rest = try train("runs/a", ["--resume", "auto"])
    expectSuccess(rest)
    #expect(rest.output.contains("decoding 10 images"))
  }

  @Test func theCacheGoesWhereItIsToldAndIsFoundAgain() throws {
    expectSuccess(try train("runs/a", ["--cache", scratch.at("place/of my own")]))
    #expect(!scratch.holds("runs/cache"))
    let files = try scratch.tree("place/of my own")
    #expect(files.count == 1)
    // Other commands take the run's place, or another.
    let checkpoint = ["--checkpoint", scratch.at("runs/a")]
    let evaluate = ["evaluate", "--samples", "4", "--metrics", "accuracy"] + checkpoint
    let evaluation = try Program.run(evaluate)
    expectSuccess(evaluation)
    #expect(evaluation.output.contains("reference-samples=10") && evaluation.output.contains("ladybird"))
    let kept = try scratch.tree("place/of my own")
    #expect(kept.count > files.count && files.allSatisfy { kept[$0.key] == $0.value })
    let audit = ["audit", "--batch", "4", "--out", scratch.at("audit.safetensors")] + checkpoint
    expectSuccess(try Program.run(audit))
    let first = try scratch.bytes("audit.safetensors")
    #expect(differences(kept, try scratch.tree("place/of my own")) == [])
    expectSuccess(try Program.run(audit + ["--force", "--cache", scratch.at("another")]))
    #expect(try scratch.bytes("audit.safetensors") == first)
    #expect(differences(files, try scratch.tree("another")) == [])
    #expect(!scratch.holds("runs/cache"))
  }

  @Test func aDryRunDecodesNothing() throws {
    try photos.write([], to: "dunes/bad.png")
    let before = try scratch.tree()
    let outcome = try train("runs/a", ["--dry-run"])
    expectSuccess(outcome)
    #expect(outcome.output.contains("32×32×3, 2 classes"))
    try expectUntouched(scratch, since: before)
  }

  @Test(arguments: [nil, 2]) func aDamagedCacheIsMadeAnew(ranks: Int?) throws {
    expectSuccess(try train("runs/a"))
    let name = "runs/cache/" + (try caches[0])
    let whole = try scratch.bytes(name)
    try scratch.write(Array(whole.dropLast(100)), to: name)
    let outcome = try train("runs/b", ranks: ranks)
    #expect(outcome.code == 0)
    #expect(outcome.errors.components(separatedBy: "the cache '").count == 2, "\(outcome.description)")
    #expect(try scratch.bytes(name) == whole)
    #expect(differences(try results("runs/a"), try results("runs/b")) == [])
  }

  /// A file of 200 KiB is less than the cache needs.
  @Test(.enabled(if: SmallDisk.exists, "needs the right to mount a file system")) func noSpaceForTheCache() throws {
    let place = scratch.at("small")
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
    let outcome = try Program.run(
      ["train", "--preset", "tiny", "--data", photos.data, "--out", scratch.at("out"), "--cache", place],
      under: SmallDisk.wrapper(place))
    expectSentence(outcome, code: 73, ["10 decoded images need", "bytes in '\(place)'", "are free", "--cache DIR"])
    #expect(!scratch.holds("out"))
  }
}

/// A file system of 200 KiB for one command.
enum SmallDisk {
  /// Whether there can be one here.
  static let exists: Bool = {
    guard let scratch = try? Scratch(), let outcome = try? RunningCommand(wrapper(scratch.path) + ["true"]).wait()
    else { return false }
    return outcome.code == 0
  }()

  /// What goes before a command that shall see the file system at `path`.
  static func wrapper(_ path: String) -> [String] {
    ["unshare", "--mount", "sh", "-c", "mount -t tmpfs -o size=200k tmpfs '\(path)' && exec \"$0\" \"$@\""]
  }
}
