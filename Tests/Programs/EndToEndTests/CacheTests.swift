import Foundation
import Testing

/// `sagan cache`, which removes what the program has made and nothing else.
@Suite struct Caches {
  private let scratch: Scratch

  /// A cache with decoded images, features of both sides, and a classifier.
  init() throws {
    scratch = try Scratch()
    for number in 0..<8 { try scratch.write(try PhotoFolder.png(number), to: "photos/\(number % 2)/\(number).png") }
    expectSuccess(
      try Program.run([
        "train", "--preset", "tiny", "--steps", "1", "--data", "folder:" + scratch.at("photos"), "--out",
        scratch.at("runs/a"),
      ]))
    expectSuccess(
      try Program.run([
        "evaluate", "--checkpoint", scratch.at("runs/a"), "--samples", "10", "--metrics", "accuracy",
      ]))
  }

  private func cache(_ arguments: String...) throws -> Outcome {
    try Program.run(["cache", "--cache", scratch.at("runs/cache")] + arguments)
  }

  private func names() throws -> Set<String> { Set(try scratch.tree("runs/cache").keys) }

  @Test func aListSaysWhatThereIs() throws {
    let before = try scratch.tree()
    let list = try cache()
    expectSuccess(list)
    for words in [
      #/images +\d{4}-\d\d-\d\d \d\d:\d\d +[0-9a-f]{32}\.safetensors +[0-9,]+ +8 decoded images of 16×16×3/#,
      #/features +\S+ \S+ +features/[0-9a-f]{32} +[0-9,]+ +1 file of images' 128 features by classifier/#,
      #/classifiers +\S+ \S+ +classifier-[0-9a-f]{32}\.safetensors +[0-9,]+ +16×16×3, 2 classes, .*/#,
      #/4 in all, [0-9,]+ bytes/#,
    ] { #expect(list.output.contains(words), "\(list.output)") }
    #expect(try cache("--kind", "features").output.contains("2 in all"))
    #expect(try cache("--older-than", "1").output == "0 in all, 0 bytes\n")
    let plan = try cache("--prune", "--dry-run")
    expectSuccess(plan)
    #expect(plan.output.split(separator: "\n").count == 5 && plan.output.contains("4 would be removed"))
    try expectUntouched(scratch, since: before)
  }

  @Test func pruningRemovesAKind() throws {
    let before = try names()
    let outcome = try cache("--prune", "--kind", "classifiers")
    expectSuccess(outcome)
    #expect(outcome.output.contains("1 removed"))
    let gone = before.subtracting(try names())
    #expect(gone.count == 1 && gone.first?.hasPrefix("classifier-") == true, "\(gone)")
    expectSuccess(try cache("--prune"))
    #expect(try names() == ["features/"])
    // All of it is made again.
    expectSuccess(
      try Program.run([
        "evaluate", "--checkpoint", scratch.at("runs/a"), "--samples", "10", "--metrics", "accuracy",
      ]))
    #expect(try names().count == before.count)
  }

  @Test func whatTheProgramHasNotMadeStays() throws {
    let digits = String(repeating: "a", count: 32)
    let pack = try #require(try names().first { $0.count == 44 && !$0.hasPrefix("classifier") })
    let strange = [
      // Names as the program makes them, and other contents; contents that the program makes, and other names.
      "\(digits).safetensors", "classifier-\(digits).safetensors", "features/\(digits)/blocks-0-1.safetensors",
      "notes.txt",
      "\(digits).lock", "mine.safetensors", "classifier-mine.safetensors", "features/mine/blocks-0-1.safetensors",
      ".sagan-mine.partial", "features/notes.txt",
    ]
    for name in strange { try scratch.write(Array("{}".utf8), to: "runs/cache/" + name) }
    for name in ["mine.safetensors", "\(String(repeating: "b", count: 32)).safetensors"] {
      try scratch.write(try scratch.bytes("runs/cache/" + pack), to: "runs/cache/" + name)
    }
    let features = try #require(
      try names().first {
        $0.hasPrefix("features/") && $0.hasSuffix("/blocks-0-1.safetensors") && !$0.contains("mine")
          && !$0.contains(digits)
      })
    let folder = String(features.dropLast("/blocks-0-1.safetensors".count))
    try scratch.write(Array("mine".utf8), to: "runs/cache/\(folder)/mine.txt")
    // Links to what would be removed, inside and outside.
    try scratch.write(try scratch.bytes("runs/cache/" + pack), to: "outside/" + pack)
    let links = [
      ("\(String(repeating: "c", count: 32)).safetensors", "outside/" + pack),
      ("features/\(String(repeating: "d", count: 32))", "runs/cache/" + folder),
    ]
    for (name, target) in links {
      try FileManager.default.createSymbolicLink(
        atPath: scratch.at("runs/cache/" + name), withDestinationPath: scratch.at(target))
    }
    let before = try scratch.tree()
    let list = try cache()
    #expect(list.output.contains("4 in all") && list.output.contains("names are not the program's"), "\(list.output)")
    let outcome = try cache("--prune")
    expectSuccess(outcome)
    let gone = differences(before, try scratch.tree()).filter { !$0.contains(String(repeating: "d", count: 32)) }
    #expect(outcome.output.contains("4 removed") && gone.count == 5, "\(gone)")
    #expect(gone.allSatisfy { $0.hasPrefix("runs/cache/") && !$0.contains("mine") && !$0.contains(digits) }, "\(gone)")
    for (name, _) in links {
      #expect((try? FileManager.default.destinationOfSymbolicLink(atPath: scratch.at("runs/cache/" + name))) != nil)
    }
    #expect(scratch.holds("outside/" + pack))
  }

  @Test func whatAKilledProcessLeftGoes() throws {
    let left = [".sagan-\(String(repeating: "0", count: 32)).partial", "\(String(repeating: "e", count: 32)).lock"]
    for name in left { try scratch.write([], to: "runs/cache/" + name) }
    let outcome = try cache("--prune", "--kind", "unfinished")
    #expect(outcome.output == "removed \(left[0]) (0 bytes)\n1 removed, 0 bytes\n", "\(outcome.description)")
    expectSuccess(try cache("--prune"))
    for name in left { #expect(!scratch.holds("runs/cache/" + name)) }
  }

  @Test(arguments: [
    (["--cache", "nowhere"], 66, "nowhere"), (["--cache", "photos/0/0.png"], 66, "found a file"),
    (["--kind", "checkpoints"], 64, "checkpoints"), (["--older-than", "-1"], 64, "-1"),
    (["--older-than", "soon"], 64, "soon"), (["--older-than", "9999999999999"], 64, "9999999999999"),
    (["--dry-run"], 64, "--prune"), ([], 66, "runs/cache"),
  ])
  func badInputGetsASentence(arguments: [String], code: Int32, mention: String) throws {
    try scratch.remove("runs/cache")
    let before = try scratch.tree()
    expectSentence(try Program.run(["cache"] + arguments, in: scratch), code: code, [mention])
    try expectUntouched(scratch, since: before)
  }
}
