import Foundation
import Images
import TestSupport
import Testing

/// Scores of a checkpoint and of folders, as users get them.
@Suite struct EvaluateTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    expectSuccess(
      try Program.run([
        "train", "--preset", "tiny", "--data", "synthetic:count=300", "--steps", "2", "--out", scratch.at("run"),
      ]))
  }

  private func evaluate(_ arguments: [String], ranks: Int? = nil) throws -> Outcome {
    try Program.run(
      ["evaluate", "--checkpoint", scratch.at("run"), "--samples", "300", "--json"] + arguments, ranks: ranks)
  }

  /// The data set's own classifier is trained by as many ranks, too.
  @Test func scoresHaveTheSameBitsOnAnyNumberOfRanksAndThreads() throws {
    let alone = try evaluate([])
    expectSuccess(alone)
    #expect(alone.output.contains("\"fd_classifier\"") && alone.output.contains("\"accuracy\""))
    // Rows that were kept are the same, too.
    #expect(try evaluate([]).output == alone.output)
    for (ranks, arguments) in [(2, ["--batch", "16"]), (3, ["--threads", "2"]), (4, ["--batch", "1000"])] {
      try FileManager.default.removeItem(atPath: scratch.at("cache"))
      let outcome = try evaluate(arguments, ranks: ranks)
      expectSuccess(outcome)
      #expect(outcome.output == alone.output, "\(ranks) ranks, \(arguments)")
    }
    #expect(try scratch.text("run/evaluations.jsonl").split(separator: "\n").count == 5)
    let comparison = try Program.run(["evaluate", "--compare", scratch.at("run"), scratch.at("run")])
    #expect(comparison.output.contains("cannot be told apart") && comparison.code == 0)
  }

  /// Rows that a killed evaluation, or anybody, left damaged are computed again.
  @Test func damagedRowsAreComputedAgain() throws {
    let whole = try evaluate(["--metrics", "fd"])
    expectSuccess(whole)
    let features = scratch.at("cache/features")
    for folder in try FileManager.default.contentsOfDirectory(atPath: features) {
      for name in try FileManager.default.contentsOfDirectory(atPath: features + "/" + folder) {
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(features)/\(folder)/\(name)")))
        bytes[bytes.count - 3] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: "\(features)/\(folder)/\(name)"))
      }
    }
    let again = try evaluate(["--metrics", "fd"])
    #expect(again.output == whole.output, "\(again.description)")
  }

  @Test(arguments: [
    (["--metrics", "lpips"], 64, "lpips"), (["--samples", "1"], 64, "--samples"), (["--splits", "0"], 64, "--splits"),
    (["--extractor", "vgg"], 64, "vgg"), (["--metrics", "memorization"], 78, "--held-out"),
    (["--extractor", "inception:nowhere.pth"], 66, "nowhere.pth"), (["--data", "folder:nowhere"], 66, "nowhere"),
    (["--images", "x"], 64, "--checkpoint"),
  ])
  func badInputGetsASentence(arguments: [String], code: Int32, mention: String) throws {
    let outcome = try evaluate(arguments)
    #expect(
      outcome.code == code && outcome.errors.contains(mention) && outcome.output.isEmpty, "\(outcome.description)")
  }

  /// On hosts with files of their own ranks would wait for each other.
  @Test func foldersThatDifferBetweenRanksAreRefused() throws {
    for (host, count) in [("a", 30), ("b", 31)] {
      for number in 0..<count { try scratch.write(try Self.square(number), to: "\(host)/images/\(number).png") }
    }
    let outcome = try Program.run(
      ["evaluate", "--images", "images", "--data", "synthetic:count=300", "--metrics", "fd"],
      inFolders: [scratch.at("a"), scratch.at("b")])
    #expect(outcome.code == 65 && outcome.errors.contains("rank 1 has other images"), "\(outcome.description)")
  }

  /// Samples of another program, here those of `sagan sample`, are scored as a checkpoint's are.
  @Test func imagesOfAFolderAreScored() throws {
    for number in 0..<40 { try scratch.write(try Self.square(number), to: "images/\(number % 4)/\(number).png") }
    let arguments = [
      "evaluate", "--images", scratch.at("images"), "--data", "synthetic:count=300", "--metrics", "fd,kd",
    ]
    let scored = try Program.run(arguments + ["--cache", scratch.at("cache"), "--json"])
    expectSuccess(scored)
    #expect(scored.output.contains("\"kd_classifier\""))
    let shared = try Program.run(arguments + ["--cache", scratch.at("other"), "--json"], ranks: 2)
    #expect(shared.output == scored.output)
    try scratch.write(try PhotoFolder.png(1), to: "images/1/other.png")
    let mixed = try Program.run(arguments + ["--cache", scratch.at("cache")])
    #expect(mixed.code == 65, "\(mixed.description)")
    #expect(mixed.errors.contains("one size") && mixed.errors.contains("36×40×3"), "\(mixed.description)")
  }

  /// A picture of 32×32 pixels.
  private static func square(_ number: Int) throws -> [UInt8] {
    let pixels = (0..<32 * 32 * 3).map { UInt8(($0 * (number + 3) / 5) % 256) }
    return try PNG.encode(pixels: pixels, width: 32, height: 32, channels: 3)
  }

  /// One image has no covariance; a folder takes the data set's place for a checkpoint, too.
  @Test func foldersOfTooFewImagesAreRefused() throws {
    try scratch.write(try Self.square(1), to: "one/1.png")
    for arguments in [["--reference", scratch.at("one")], ["--reference-samples", "301"]] {
      let outcome = try evaluate(arguments)
      #expect([65, 78].contains(outcome.code) && outcome.output.isEmpty, "\(outcome.description)")
      #expect(outcome.errors.contains("found 1 ") || outcome.errors.contains("found 300"), "\(outcome.description)")
    }
    let alone = try Program.run([
      "evaluate", "--images", scratch.at("one"), "--data", "synthetic:count=300", "--cache", scratch.at("cache"),
    ])
    #expect(alone.code == 65 && alone.errors.contains("at least 2 images"), "\(alone.description)")
  }

  @Test func foldersWithoutImagesAreRefused() throws {
    let empty = try Program.run(["evaluate", "--images", scratch.at("run/checkpoints"), "--data", "synthetic:count=64"])
    #expect(empty.code == 65 && empty.errors.contains("found none"), "\(empty.description)")
  }
}
