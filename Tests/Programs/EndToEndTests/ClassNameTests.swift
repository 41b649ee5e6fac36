import Formats
import Testing

/// `sagan sample --classes` where names and labels may be taken for one another.
@Suite struct ClassNames {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Trains on class folders of these names, for no step.
  private func train(_ names: [String]) throws {
    for (number, name) in names.enumerated() {
      try scratch.write(try PhotoFolder.png(number), to: "data/\(name)/1.png")
    }
    expectSuccess(
      try Program.run(
        ["train", "--preset", "tiny", "--data", "folder:data", "--out", "run", "--steps", "0"], in: scratch))
  }

  private func sample(_ classes: String) throws -> Outcome {
    try Program.run(
      [
        "sample", "--checkpoint", "run", "--tensors", "s.safetensors", "--force", "--per-class", "1",
        "--classes=\(classes)",
      ],
      in: scratch)
  }

  /// Checks which labels a list means, or what is said of it.
  private func expect(_ classes: String, _ labels: [Int32], _ rows: String) throws {
    let outcome = try sample(classes)
    expectSuccess(outcome)
    #expect(outcome.output == "rows: \(rows)\n", "\(outcome.description)")
    #expect(try SafetensorsFile(path: scratch.at("s.safetensors")).int32s("labels") == labels, "\(classes)")
  }

  private func refuse(_ classes: String, _ words: String...) throws {
    expectSentence(try sample(classes), code: 78, ["--classes"] + words)
  }

  @Test func numbersAreNamesFirst() throws {
    try train(["1", "2", "3", "4-5"])
    try expect("1", [0], "0 (1)")
    try expect("3,1", [2, 0], "2 (3), 0 (1)")
    try expect("4-5", [3], "3 (4-5)")
    try refuse("0", "the name of no class", "label 0", "'1'", "write the names")
    try refuse("1-2", "these names ('1', '2')", "labels 1 to 2", "one by one")
    try expect("4", [3], "3 (4-5)")
    try refuse("7", "below 4", "found 7")
  }

  @Test func namesThatAreTheirLabelsMeanBoth() throws {
    try train(["0", "1", "2"])
    try expect("0-2", [0, 1, 2], "0, 1, 2")
    try expect("2,0", [2, 0], "2, 0")
  }

  @Test func smallLettersAreNotLargeOnes() throws {
    try train(["A", "a", "Bird", "bird cage", "birds, small", "caf\u{e9}", "cafe\u{301}"])
    try expect("a", [2], "2 (a)")
    try expect("A,B", [0, 1], "0 (A), 1 (Bird)")
    try expect("birds, small,bird c,6", [4, 3, 6], "4 (birds, small), 3 (bird cage), 6 (caf\u{e9})")
    try expect("cafe\u{301},caf\u{e9}", [5, 6], "5 (cafe\u{301}), 6 (caf\u{e9})")
    try refuse("bird", "'bird cage', 'birds, small'", "write the whole name")
    try refuse("BIRD", "expected names of classes")
    try refuse("0-9223372036854775807", "below 7")
  }

  @Test func aNumberThatBeginsANameMayMeanEither() throws {
    try train(["1 cat", "2 dogs", "dog"])
    try refuse("1", "'1 cat'", "label 1")
    try refuse("2", "'2 dogs'", "label 2")
    try expect("0,1 ,2 dogs", [0, 0, 1], "0 (1 cat), 0 (1 cat), 1 (2 dogs)")
  }
}
