import Files
import TestSupport
import Images
import Datasets
import Foundation
import Testing

/// `folder:DIR`: which images are found, in which order, and what is done to them.
@Suite struct FolderTests {
  private let folder: ImageFolder

  init() throws { folder = try ImageFolder() }

  private func fixture(_ name: String) throws -> [UInt8] {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return Array(try Data(contentsOf: tests.appendingPathComponent("Fixtures/images/\(name)")))
  }

  @Test func classesAndFilesAreInTheOrderOfTheirBytes() throws {
    // "é" follows "z" by bytes, and "B" comes before "a"; "a-b" would come before "a/x" if paths were compared as a whole.
    let names = ["é/1.png", "a-b/1.png", "a/Z.png", "a/y/2.png", "a/y.png", "B/10.PNG", "B/9.png", "z/1.png"]
    for (index, name) in names.enumerated() { try folder.writeTone(UInt8(index + 1), to: name) }
    let source = try folder.open().source
    #expect(source.classNames == ["B", "a", "a-b", "z", "é"])
    #expect((0..<source.count).map(source.label) == [0, 0, 1, 1, 1, 2, 3, 4])
    // "10.PNG" before "9.png", and "y.png" before "y/2.png".
    #expect(source.tones == [6, 7, 3, 5, 4, 2, 8, 1])
  }

  @Test func linksAreFollowedAndHiddenNamesIgnored() throws {
    try folder.writeTone(1, to: "a/1.png")
    try folder.writeTone(2, to: "elsewhere/deep/2.png")
    try FileManager.default.moveItem(atPath: folder.images + "/elsewhere", toPath: folder.path + "/elsewhere")
    func link(_ path: String, _ target: String) throws {
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
    }
    try link(folder.images + "/a/link", folder.path + "/elsewhere")
    try link(folder.images + "/b", folder.path + "/elsewhere/deep")
    // Round in circles: back to the class, and within what a link leads to.
    try link(folder.path + "/elsewhere/back", folder.images + "/a")
    try link(folder.path + "/elsewhere/deep/self", folder.path + "/elsewhere/deep")
    try folder.writeTone(3, to: "a/.hidden.png")
    try folder.writeTone(3, to: ".hidden/1.png")
    try folder.write([1], to: "a/notes.txt")
    try folder.write([1], to: "README")
    let source = try folder.open().source
    #expect(source.classNames == ["a", "b"])
    #expect(source.tones.contains(2) && !source.tones.contains(3))
    #expect(source.summary.ignored >= 2)
    #expect(source.count < 10)
  }

  @Test(arguments: ResizeFilter.allCases) func imagesAreCutToTheMiddleAndResized(filter: ResizeFilter) throws {
    try folder.write(try fixture("colour.jpg"), to: "a/1.jpeg")
    // The wrong ending does not matter.
    try folder.write(try fixture("colour.png"), to: "a/2.JPG")
    try folder.write(try fixture("grey.jpg"), to: "a/3.jpg")
    let original = try PNG.decode(try fixture("colour.png"))
    let grey = try PNG.decode(try fixture("grey.png"))
    for channels in [3, 1] {
      let source = try folder.open(ImageSpecification(resolution: 32, channels: channels, resize: filter)).source
      #expect((source.resolution, source.channels) == (32, channels))
      func prepared(_ image: DecodedImage) -> [UInt8] {
        let image = channels == 1 ? image.grey() : image.colours()
        return image.centreSquare().resized(width: 32, height: 32, filter).pixels
      }
      #expect(source.pixels(0) == prepared(original))
      #expect(source.pixels(1) == prepared(original))
      #expect(source.pixels(2) == prepared(grey))
    }
  }

  @Test func theSummarySaysWhatIsThere() throws {
    try folder.writeTone(51, to: "a/1.png", width: 40, height: 50)
    try folder.writeTone(102, to: "b/1.png", width: 90, height: 33)
    try folder.write([], to: "b/notes.txt")
    let summary = try folder.open().source.summary
    #expect(
      summary.lines(classNames: ["a", "b"]) == [
        "originals: heights 33 to 50, widths 40 to 90", "labels: a 1, b 1",
        "pixels in 0…1: mean 0.3000 0.3000 0.3000, deviation 0.1000 0.1000 0.1000",
        "ignored: 1 file (not named as an image, or in no class folder)",
      ])
    var many = DataSummary()
    many.histogram = (0..<21).map { $0 == 4 ? 1 : 10 + $0 }
    #expect(
      many.lines(classNames: (0..<21).map { "n\($0)" }) == [
        "labels: 21 classes, min 1 (n4), median 20 (n10), max 30 (n20)"
      ])
  }

  @Test func moreClassesThanFolders() throws {
    try folder.writeTone(1, to: "a/1.png")
    try folder.writeTone(1, to: "b/1.png")
    #expect(try folder.open(ImageSpecification(resolution: 32, classes: 3)).source.classNames == ["a", "b", "class 2"])
    expectDatasetError(.configuration, mentions: ["1 classes", folder.images, "at least 2"]) {
      try folder.open(ImageSpecification(resolution: 32, classes: 1))
    }
  }

  @Test func finding() throws {
    try folder.write([1, 2, 3], to: "a/1.png")
    let found = try DataSpecification.folder(directory: folder.images).find(ImageSpecification(resolution: 32))
    #expect((found.channels, found.classNames, found.count) == (3, ["a"], 1))
    #expect(folder.cached.isEmpty && !FileManager.default.fileExists(atPath: folder.path + "/made"))
  }

  @Test func foldersThatAreNone() throws {
    expectDatasetError(.file(.missing), mentions: [nowhere, "folder for each class"]) {
      try DataSpecification.folder(directory: nowhere).open(ImageSpecification(resolution: 32))
    }
    expectDatasetError(.malformed, mentions: [folder.images, "0 files"]) { try folder.open() }
    try folder.writeTone(1, to: "1.png")
    expectDatasetError(.malformed, mentions: [folder.images, "1 files and no folder"]) { try folder.open() }
    try folder.writeTone(1, to: "a/1.png")
    try folder.write([], to: "b/notes.txt")
    expectDatasetError(.malformed, mentions: ["images/b'", ".jpeg", "remove the folder"]) { try folder.open() }
    try FileManager.default.createDirectory(atPath: folder.images + "/c", withIntermediateDirectories: false)
    expectDatasetError(.malformed, mentions: ["images/b' and 1 others"]) { try folder.open() }
    expectDatasetError(.file(.missing), mentions: ["1.png"]) {
      try DataSpecification.folder(directory: folder.images + "/1.png").open(ImageSpecification(resolution: 32))
    }
  }

  @Test(arguments: [1, 3]) func badImagesAreNamedInOrder(threads: Int) throws {
    for number in 0..<9 { try folder.writeTone(1, to: "a/\(number).png") }
    let jpeg = try fixture("colour.jpg")
    try folder.write(Array(jpeg.prefix(jpeg.count / 2)), to: "a/3.jpg")
    expectDatasetError(.file(.malformed), mentions: ["a/3.jpg", "Premature end", "--skip-bad-images"]) {
      try folder.open(threads: threads)
    }
    try folder.write([], to: "a/5.jpg")
    try FileManager.default.createSymbolicLink(
      atPath: folder.images + "/a/1.jpg", withDestinationPath: folder.path + "/nowhere")
    expectDatasetError(.file(.missing), mentions: ["a/1.jpg", "'a/3.jpg', 'a/5.jpg'", "--skip-bad-images"]) {
      try folder.open(threads: threads)
    }
    // Nothing is left of what could not be used.
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/made"))
  }

  @Test func badImagesCanBeLeftOut() throws {
    for number in 1...5 { try folder.writeTone(UInt8(number), to: "a/\(number).png") }
    try folder.writeTone(6, to: "b/1.png")
    let whole = try folder.open().source
    try folder.write([1], to: "a/0.png")
    try folder.write([1], to: "a/3a.png")
    let request = ImageSpecification(resolution: 32, skipsBadImages: true)
    let source = try folder.open(request).source
    #expect(source.tones == [1, 2, 3, 4, 5, 6])
    #expect((0..<6).map(source.label) == [0, 0, 0, 0, 0, 1])
    #expect(source.fingerprint == whole.fingerprint)
    #expect(
      source.summary.lines(classNames: ["a", "b"]).contains(
        "left out: 2 images that cannot be read: 'a/0.png', 'a/3a.png'"))
    #expect(source.summary.histogram == [5, 1])
    try folder.write([1], to: "b/1.png")
    expectDatasetError(.malformed, mentions: ["images/b'", "can be read"]) { try folder.open(request) }
  }
}
