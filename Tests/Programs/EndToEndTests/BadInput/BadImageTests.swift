import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Folders of images in which something is wrong: one sentence, the documented code, and nothing left behind.
@Suite struct BadImages {
  private let scratch: Scratch
  private let photos: PhotoFolder

  init() throws {
    scratch = try Scratch()
    photos = try PhotoFolder(in: scratch)
  }

  /// What can be wrong with one image.
  enum Fault: String, CaseIterable {
    case empty, text, gif, halfJPEG, halfPNG, corruptPNG, corruptJPEG, hugePNG, hugeJPEG, pipe, danglingLink

    /// The exit code, and what the sentence has to contain.
    var expected: (code: Int32, words: [String]) {
      switch self {
      case .empty: (65, ["an empty file"])
      case .text: (65, ["an HTML page", "download it again"])
      case .gif: (65, ["a GIF file"])
      case .halfJPEG: (65, ["not a valid JPEG file", "Premature end"])
      case .halfPNG, .corruptPNG: (65, ["not a valid PNG file"])
      case .corruptJPEG: (65, ["not a valid JPEG file"])
      case .hugePNG: (65, ["100000×100000 pixels", "limit"])
      case .hugeJPEG: (65, ["65500×65500 pixels", "limit"])
      case .pipe: (66, ["pipe"])
      case .danglingLink: (66, ["found none"])
      }
    }

    /// Puts the image into a class.
    func write(to photos: PhotoFolder, _ scratch: Scratch) throws {
      let name = "dunes/fault.jpg"
      let path = scratch.at("photos/" + name)
      switch self {
      case .empty: try photos.write([], to: name)
      case .text: try photos.write(Array("<html>404</html>".utf8), to: name)
      case .gif: try photos.write(Array("GIF89a...".utf8), to: name)
      case .halfJPEG:
        let file = try PhotoFolder.fixture("colour.jpg")
        try photos.write(Array(file.prefix(file.count / 2)), to: name)
      case .halfPNG:
        let file = try PhotoFolder.png(1)
        try photos.write(Array(file.prefix(file.count / 2)), to: name)
      case .corruptPNG:
        var file = try PhotoFolder.png(1)
        file[100] ^= 0x55
        try photos.write(file, to: name)
      case .corruptJPEG:
        var file = try PhotoFolder.fixture("colour.jpg")
        file.replaceSubrange(file.count - 200..<file.count - 198, with: [0xFF, 0xD9])
        try photos.write(file, to: name)
      case .hugePNG:
        // The header of an image of 100,000×100,000 grey pixels, with its checksum, and a little more.
        let size: [UInt8] = [0, 1, 0x86, 0xA0]
        let header = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
        try photos.write(header + size + size + [8, 0, 0, 0, 0, 0x8D, 0x39, 0x54, 0x14, 0, 0, 0, 1], to: name)
      case .hugeJPEG:
        var file = try PhotoFolder.fixture("colour.jpg")
        guard let frame = file.indices.first(where: { file[$0...].starts(with: [0xFF, 0xC0]) }) else { return }
        file.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
        try photos.write(file, to: name)
      case .pipe: #expect(mkfifo(path, 0o600) == 0)
      case .danglingLink:
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "nowhere")
      }
    }
  }

  private func train(_ more: [String] = [], ranks: Int? = nil) throws -> Outcome {
    try Program.run(
      ["train", "--preset", "tiny", "--data", photos.data, "--out", scratch.at("runs/out"), "--steps", "2"] + more,
      ranks: ranks)
  }

  @Test(arguments: Fault.allCases) func aBadImage(fault: Fault) throws {
    try fault.write(to: photos, scratch)
    for ranks in [nil, 2] {
      let outcome = try train(ranks: ranks)
      expectSentence(
        outcome, code: fault.expected.code, ["dunes/fault.jpg", "--skip-bad-images"] + fault.expected.words)
      #expect(!scratch.holds("runs"))
    }
    // What is left out is counted and named, now and at the next start.
    for _ in 0..<2 {
      let outcome = try train(["--skip-bad-images", "--resume", "auto"])
      expectSuccess(outcome)
      #expect(outcome.output.contains("left out: 1 image that cannot be read: 'dunes/fault.jpg'\n"))
      #expect(outcome.output.contains("labels: dunes 5, ladybird 5\n"))
    }
  }

  @Test(arguments: [nil, 2]) func aClassWithoutImages(ranks: Int?) throws {
    try photos.write([1], to: "storm/readme.txt")
    let before = try tree()
    expectSentence(try train(ranks: ranks), code: 65, ["photos/storm'", "images"])
    expectSentence(try train(["--dry-run"]), code: 65, ["photos/storm'", "images"])
    #expect(try tree() == before)
  }

  @Test(arguments: [nil, 2]) func noClasses(ranks: Int?) throws {
    let before = try tree()
    for (folder, code, word) in [("photos/dunes", Int32(65), "5 files and no folder"), ("nowhere", 66, "found none")] {
      let outcome = try Program.run(
        ["train", "--preset", "tiny", "--data", "folder:" + scratch.at(folder), "--out", scratch.at("runs/out")],
        ranks: ranks)
      expectSentence(outcome, code: code, [scratch.at(folder), word])
    }
    #expect(try tree() == before)
  }

  @Test func fewerClassesThanFolders() throws {
    expectSentence(try train(["--classes", "1"]), code: 78, ["1 classes", "at least 2"])
    #expect(!scratch.holds("runs"))
  }

  @Test func aCacheThatCannotBeWritten() throws {
    try scratch.write([], to: "file")
    for ranks in [nil, 2] {
      let outcome = try train(["--cache", scratch.at("file")], ranks: ranks)
      expectSentence(outcome, code: 73, [scratch.at("file"), "--cache DIR"])
    }
    #expect(!scratch.holds("runs"))
  }

  /// What can be wrong with the files of other sets.
  @Test func otherSets() throws {
    func open(_ data: String) throws -> Outcome {
      try Program.run(["train", "--preset", "tiny", "--data", data, "--out", scratch.at("runs/out"), "--steps", "1"])
    }
    let cifar = "cifar10:" + scratch.at("cifar")
    expectSentence(try open(cifar), code: 66, ["data_batch_1.bin", scratch.at("cifar")])
    for number in 1...5 {
      let record = [UInt8(number)] + [UInt8](repeating: UInt8(40 * number), count: 3072)
      try scratch.write(record + record, to: "cifar/data_batch_\(number).bin")
    }
    for (bytes, words) in [
      ([UInt8](), ["0 bytes"]), ([UInt8](repeating: 1, count: 3000), ["3000 bytes"]),
      ([UInt8](repeating: 77, count: 3073), ["label 77"]),
    ] {
      try scratch.write(bytes, to: "cifar/data_batch_3.bin")
      expectSentence(try open(cifar), code: 65, ["data_batch_3.bin"] + words)
    }
    let idx = "idx:" + scratch.at("idx")
    expectSentence(try open(idx), code: 66, ["train-images-idx3-ubyte", scratch.at("idx")])
    var files = FashionFiles()
    try files.write(to: scratch, "idx")
    files.labels.removeLast()
    try scratch.write(files.labels, to: "idx/" + FashionFiles.labelsName)
    expectSentence(try open(idx), code: 65, [FashionFiles.labelsName, "19"])
    expectSentence(try open("cifar:x"), code: 64, ["cifar10:DIR", "folder:DIR", "idx:DIR"])
    #expect(!scratch.holds("runs"))
  }

  @Test func cifar10AndIDXTrain() throws {
    for number in 1...5 {
      let record = [UInt8(number)] + (0..<3072).map { UInt8(($0 * number) % 256) }
      try scratch.write(record + record, to: "cifar/data_batch_\(number).bin")
    }
    try FashionFiles().writeCompressed(to: scratch, "idx")
    for (kind, says) in [("cifar10:cifar", "airplane 0, automobile 2"), ("idx:idx", "labels: 0 2, 1 2")] {
      let out = scratch.at("runs/" + kind)
      let outcome = try Program.run(
        ["train", "--preset", "tiny", "--data", kind, "--out", out, "--steps", "2"], in: scratch)
      expectSuccess(outcome)
      #expect(outcome.output.contains(says), "\(outcome.description)")
    }
    #expect(!scratch.holds("runs/cache"))
  }

  /// Names and contents; pipes and links that lead nowhere have none.
  private func tree() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: scratch.path).sorted()
  }
}
