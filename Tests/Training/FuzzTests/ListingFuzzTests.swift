import Datasets
import Files
import Foundation
import Images
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Folders as others leave them: names, files and links of every kind.
@Suite struct ListingFuzzTests {
  /// A folder takes longer to make than a file.
  private static let rounds = max(Fuzzing.rounds / 20, 1)

  /// Names that a listing has to keep apart, pass over or show.
  private static let names: [[UInt8]] =
    [
      "a.png", "B.JPG", "c.jpeg", "d.webp", ".hidden.png", "@eaDir", "__MACOSX", "lost+found", "Thumbs.db", "a\nb.png",
      "\u{1B}[31mred.png", "\u{202E}gnp.png", "e\u{301}.png", "é.png", " .png", "*", "-rf",
      String(repeating: "x", count: 250),
    ].map { Array($0.utf8) } + [[0xFF, 0xFE, 0x2E, 0x70, 0x6E, 0x67], [0xC3, 0x28]]

  @Test func foldersOfImages() throws {
    let root = try TemporaryDirectory()
    let image = try PNG.encode(pixels: [UInt8](repeating: 9, count: 16), width: 4, height: 4, channels: 1)
    var mutator = Mutator(seed: Fuzzing.seed)
    print("folders of images: \(Self.rounds), seed \(Fuzzing.seed)")
    for round in 0..<Self.rounds {
      let images = root.path + "/\(round)"
      try FileManager.default.createDirectory(atPath: images, withIntermediateDirectories: false)
      var folders = [Array(images.utf8)]
      for _ in 0..<2 + mutator.below(12) {
        let path = folders[mutator.below(folders.count)] + [0x2F] + Self.names[mutator.below(Self.names.count)]
        if Self.make(path, mutator.below(8), image, folders[mutator.below(folders.count)]) { folders.append(path) }
      }
      expectOrder("round \(round) of seed \(Fuzzing.seed)") {
        let found = try DataSpecification.folder(directory: images).find(
          ImageSpecification(resolution: 32, skipsBadImages: round % 2 == 0))
        let source = try found.open(DecodeOptions(cacheFolder: root.path + "/cache-\(round)", threads: 1))
        for index in 0..<source.count { #expect(source.label(index) < source.classNames.count) }
      }
      for name in ["\(round)", "cache-\(round)"] { try? FileManager.default.removeItem(atPath: root.path + "/" + name) }
    }
  }

  @Test func filesOfASet() throws {
    let root = try TemporaryDirectory()
    let images: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3] + (1...12)
    let labels: [UInt8] = [0, 0, 8, 1, 0, 0, 0, 2, 1, 0]
    var mutator = Mutator(seed: Fuzzing.seed)
    for round in 0..<Self.rounds * 5 {
      let (first, second) = round % 2 == 0 ? (mutator.damaged(images), labels) : (images, mutator.damaged(labels))
      try root.file("train-images-idx3-ubyte", first)
      try root.file("train-labels-idx1-ubyte", second)
      expectOrder("round \(round) of seed \(Fuzzing.seed)") {
        let source = try DataSpecification.idx(directory: root.path).find(ImageSpecification(resolution: 32))
          .open(DecodeOptions(cacheFolder: root.path + "/cache", threads: 1))
        for index in 0..<source.count { #expect(source.label(index) < source.classNames.count) }
      }
    }
  }

  /// A cache of decoded images whose header says something else is passed over, and made anew.
  @Test func caches() throws {
    let root = try TemporaryDirectory()
    for (number, name) in ["a/1.png", "b/1.png"].enumerated() {
      let image = try PNG.encode(
        pixels: [UInt8](repeating: UInt8(40 * number + 9), count: 16), width: 4, height: 4, channels: 1)
      try FileManager.default.createDirectory(
        atPath: root.path + "/images/" + name.prefix(1), withIntermediateDirectories: true)
      try root.file("images/" + name, image)
    }
    func open() throws -> any ImageDataset {
      try DataSpecification.folder(directory: root.path + "/images").find(ImageSpecification(resolution: 8))
        .open(DecodeOptions(cacheFolder: root.path + "/cache", threads: 1))
    }
    let fingerprint = try open().fingerprint
    let name = try #require(
      FileManager.default.contentsOfDirectory(atPath: root.path + "/cache").first { $0.hasSuffix(".safetensors") })
    let whole = try root.content("cache/" + name)
    var mutator = Mutator(seed: Fuzzing.seed)
    for round in 0..<Self.rounds {
      // The header alone, whose length is made right again: numbers and words in it.
      let length = whole[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
      let text = mutator.misspelt(Array(whole[8..<8 + length]))
      let size = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) }
      try root.file("cache/" + name, size + text + whole[(8 + length)...])
      expectOrder("round \(round) of seed \(Fuzzing.seed)") {
        let found = try open().fingerprint
        #expect(found == fingerprint)
      }
    }
  }

  /// Makes a file, link, pipe or folder; returns whether it is a folder.
  private static func make(_ path: [UInt8], _ kind: Int, _ image: [UInt8], _ other: [UInt8]) -> Bool {
    let (path, target) = (path.map { CChar(bitPattern: $0) } + [0], other.map { CChar(bitPattern: $0) } + [0])
    switch kind {
    case 0, 1, 2: return mkdir(path, 0o700) == 0
    case 3: _ = symlink(target, path)
    case 4: _ = mkfifo(path, 0o600)
    default:
      let file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
      guard file >= 0 else { return false }
      _ = image.withUnsafeBytes { write(file, $0.baseAddress, kind == 5 ? $0.count / 2 : $0.count) }
      close(file)
    }
    return false
  }
}

/// Expects that something succeeds, or fails with one sentence and a documented code.
private func expectOrder(_ round: String, _ body: () throws -> Void) {
  do {
    try body()
  } catch let error as any ReportedError {
    let isSentence = !error.sentence.contains("\n") && !error.sentence.isEmpty
    #expect(
      isSentence && [65, 66, 73, 78].contains(error.exitCode), "\(round): \(error.exitCode), '\(error.sentence)'")
  } catch {
    Issue.record("\(round): an error without a code: \(error)")
  }
}
