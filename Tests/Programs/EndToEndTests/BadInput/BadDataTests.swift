import Foundation
import Testing

/// Data that is missing, damaged, or not what it should be.
@Suite struct BadData {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// What can be wrong with the files of a data set.
  enum Fault: String, CaseIterable {
    case noDirectory, noLabels, truncatedGzip, corruptGzip, truncatedIDX, longIDX, wrongMagic, wrongType, wrongSize
    case fewerLabels, labelOutOfRange, emptyFile, directoryForFile

    /// The exit code, and what the sentence has to contain.
    var expected: (code: Int32, words: [String]) {
      switch self {
      case .noDirectory: (66, [FashionFiles.imagesName, "/data"])
      case .noLabels: (66, [FashionFiles.labelsName])
      case .truncatedGzip: (65, [FashionFiles.imagesName + ".gz", "truncated"])
      case .corruptGzip: (65, [FashionFiles.imagesName + ".gz", "corrupt"])
      case .truncatedIDX: (65, [FashionFiles.imagesName, "15680", "15679"])
      case .longIDX: (65, [FashionFiles.labelsName, "20", "21"])
      case .wrongMagic: (65, [FashionFiles.imagesName, "two zeros"])
      case .wrongType: (65, [FashionFiles.imagesName, "type 13"])
      case .wrongSize: (65, ["[N, 28, 28]", "[20, 14, 56]"])
      case .fewerLabels: (65, ["20 images", "[19]"])
      case .labelOutOfRange: (65, ["0 to 9", "10"])
      case .emptyFile: (65, [FashionFiles.labelsName])
      case .directoryForFile: (66, [FashionFiles.labelsName])
      }
    }

    /// Writes a data set with the fault.
    func write(to scratch: Scratch) throws {
      var files = FashionFiles()
      let images = "data/" + FashionFiles.imagesName
      switch self {
      case .noDirectory: return
      case .truncatedGzip, .corruptGzip:
        try files.writeCompressed(to: scratch)
        var bytes = try scratch.bytes(images + ".gz")
        if self == .truncatedGzip { bytes.removeLast(bytes.count / 2) } else { bytes[bytes.count / 2] ^= 0x55 }
        return try scratch.write(bytes, to: images + ".gz")
      case .truncatedIDX: files.images.removeLast()
      case .longIDX: files.labels.append(0)
      case .wrongMagic: files.images[0] = 7
      case .wrongType: files.images[2] = 13
      case .wrongSize: (files.images[11], files.images[15]) = (14, 56)
      case .fewerLabels:
        files.labels.removeLast()
        files.labels[7] = 19
      case .labelOutOfRange: files.labels[12] = 10
      case .emptyFile: files.labels = []
      case .noLabels, .directoryForFile: break
      }
      try files.write(to: scratch)
      let labels = "data/" + FashionFiles.labelsName
      if self == .noLabels || self == .directoryForFile { try scratch.remove(labels) }
      if self == .directoryForFile { try scratch.write([], to: labels + "/file") }
    }
  }

  private func arguments(data: String = "data", _ more: [String] = []) -> [String] {
    ["train", "--preset", "tiny", "--data", "fashion-mnist:" + scratch.at(data), "--out", scratch.at("out")] + more
  }

  /// Training from the folder `data` of the working directory.
  private var relative: [String] {
    ["train", "--preset", "tiny", "--data", "fashion-mnist:data", "--out", scratch.at("out")]
  }

  @Test(arguments: Fault.allCases, [nil, 2]) func aDamagedDataSet(fault: Fault, ranks: Int?) throws {
    try fault.write(to: scratch)
    let before = try scratch.tree()
    expectSentence(try Program.run(arguments(), ranks: ranks), code: fault.expected.code, fault.expected.words)
    try expectUntouched(scratch, since: before)
  }

  @Test func aDamagedDataSetIsFoundByADryRunToo() throws {
    try Fault.truncatedIDX.write(to: scratch)
    expectSentence(try Program.run(arguments(["--dry-run"])), code: 65, ["15680", "15679"])
  }

  @Test(arguments: [nil, 2]) func fewerClassesThanTheLabelsHave(ranks: Int?) throws {
    try FashionFiles().write(to: scratch)
    let before = try scratch.tree()
    let outcome = try Program.run(arguments(["--classes", "5"]), ranks: ranks)
    expectSentence(outcome, code: 78, ["5 classes", "label 9", "at least 10"])
    try expectUntouched(scratch, since: before)
  }

  @Test(arguments: [0, 1, 2]) func dataThatOneRankAloneCannotRead(rank: Int) throws {
    try FashionFiles().write(to: scratch, "here/data")
    try scratch.write([], to: "there/file")
    let before = try scratch.tree()
    let folders = (0..<4).map { scratch.at($0 == rank ? "there" : "here") }
    let outcome = try Program.run(relative, inFolders: folders)
    expectSentence(outcome, code: 66, ["'data'", FashionFiles.imagesName])
    try expectUntouched(scratch, since: before)
  }

  @Test func ranksWithDifferentImages() throws {
    try FashionFiles().write(to: scratch, "here/data")
    try FashionFiles(seed: 1).write(to: scratch, "there/data")
    let before = try scratch.tree()
    let folders = (0..<4).map { scratch.at($0 < 2 ? "here" : "there") }
    expectSentence(try Program.run(relative, inFolders: folders), code: 65, ["rank 2", "other images"])
    try expectUntouched(scratch, since: before)
  }

  @Test func otherImagesThanBeforeOnResume() throws {
    try FashionFiles().write(to: scratch)
    expectSuccess(try Program.run(arguments(["--steps", "2"])))
    try FashionFiles(seed: 1).write(to: scratch)
    let before = try scratch.tree()
    let outcome = try Program.run(arguments(["--steps", "4", "--resume", "auto"]), ranks: 2)
    expectSentence(outcome, code: 65, ["fingerprint", "same data"])
    try expectUntouched(scratch, since: before)
  }
}
