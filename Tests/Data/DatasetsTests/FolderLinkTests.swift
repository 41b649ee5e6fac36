import Datasets
import Files
import Foundation
import Testing

/// Links in folders of images: every folder is read once, and what is not followed is said.
@Suite struct FolderLinkTests {
  private let folder: ImageFolder

  /// Two classes of two images each.
  init() throws {
    folder = try ImageFolder()
    for (index, name) in ["a/1.png", "a/2.png", "b/1.png", "b/2.png"].enumerated() {
      try folder.writeTone(UInt8(10 * index + 20), to: name)
    }
  }

  private func link(_ name: String, _ target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: folder.images + "/" + name, withDestinationPath: target)
  }

  private func labels(_ source: any ImageDataset) -> [Int] { (0..<source.count).map(source.label) }

  /// Where a link in class `a` leads from its own folder.
  @Test(arguments: [".", "..", "../..", "/", "../b", "../b/.", "../../images", "deep/.."])
  func aFolderThatIsReadAnywayIsNotReadAgain(target: String) throws {
    try folder.writeTone(90, to: "a/deep/3.png")
    try link("a/link", target)
    let source = try folder.open().source
    #expect(source.tones == [20, 30, 90, 40, 50])
    #expect(labels(source) == [0, 0, 0, 1, 1])
    #expect(source.summary.findings.unfollowed.names == ["a/link"])
    #expect(
      source.summary.lines(classNames: ["a", "b"]).contains(
        "not entered: 1 folder read under another name or holding the link to it: 'a/link'"))
    // A cache that is there says so as well, and of a link that is new.
    try link("b/more", ".")
    let again = try folder.open()
    #expect(again.notices.isEmpty && again.source.summary.findings.unfollowed.names == ["a/link", "b/more"])
  }

  @Test func foldersThatLeadToOneAnotherAreReadOnce() throws {
    // Two links in each of 30 folders to the next one: 2³⁰ paths.
    for number in 0..<30 {
      try folder.writeTone(50, to: "a/n\(number)/x.png")
      for name in ["l", "r"] { try link("a/n\(number)/\(name)", "../n\((number + 1) % 30)") }
    }
    let source = try folder.open().source
    #expect(source.summary.histogram == [32, 2])
    #expect(source.summary.findings.unfollowed.count == 60)
  }

  @Test func aLinkToAClassElsewhereIsAClass() throws {
    try folder.writeTone(60, to: "c/1.png")
    try folder.writeTone(70, to: "c/deep/2.png")
    try FileManager.default.moveItem(atPath: folder.images + "/c", toPath: folder.path + "/disk")
    try link("c", folder.path + "/disk")
    // The other folder's own links to what holds it, as `ln -s` called twice leaves them.
    for (name, target) in [("disk", folder.path + "/disk"), ("up", "..")] {
      try FileManager.default.createSymbolicLink(atPath: folder.path + "/disk/" + name, withDestinationPath: target)
    }
    let source = try folder.open().source
    #expect(source.classNames == ["a", "b", "c"])
    #expect(source.tones == [20, 30, 40, 50, 60, 70])
    #expect(source.summary.findings.unfollowed.names == ["c/disk", "c/up"])
  }

  @Test func twoClassesAreNotOneFolder() throws {
    try link("c", "b")
    expectDatasetError(.malformed, mentions: [folder.images, "'b' and 'c'", "the same one"]) { try folder.open() }
  }

  @Test func aLinkToTheDataIsNoClass() throws {
    try link("c", ".")
    try link("d", "../..")
    let source = try folder.open().source
    #expect(source.classNames == ["a", "b"])
    #expect(source.summary.findings.unfollowed.names == ["c", "d"])
  }

  @Test(arguments: ["c", "a/more"]) func aLinkThatLeadsNowhereIsAnError(name: String) throws {
    try link(name, "/not/mounted")
    expectDatasetError(.file(.missing), mentions: ["'\(folder.images)/\(name)'", "remove the link"]) {
      try folder.open()
    }
    try FileManager.default.removeItem(atPath: folder.images + "/" + name)
    try link(name, (name as NSString).lastPathComponent)
    expectDatasetError(.file(.missing), mentions: ["'\(folder.images)/\(name)'", "Too many levels"]) {
      try folder.open()
    }
  }

  @Test func imagesOfTwoNamesAreSaid() throws {
    try link("a/copy.png", "1.png")
    try link("b/stranger.png", "../a/2.png")
    try FileManager.default.linkItem(atPath: folder.images + "/b/2.png", toPath: folder.images + "/b/3.png")
    let summary = try folder.open().source.summary
    #expect(summary.histogram == [3, 4])
    #expect(summary.findings.repeated.names == ["a/copy.png' = 'a/1.png", "b/3.png' = 'b/2.png"])
    let warnings = summary.warnings(classNames: ["a", "b"])
    #expect(warnings.count == 1 && warnings[0].contains("1 image of the same file as an image of another class"))
    #expect(warnings[0].contains("'b/stranger.png' = 'a/2.png'"))
  }

  @Test func namesOfSystemsAreNoClassesAndNoImages() throws {
    let names = [
      "@eaDir/1.png", "__MACOSX/a/._1.png", "lost+found/1.png", "$RECYCLE.BIN/1.png", "#recycle/1.png",
      "System Volume Information/1.png", ".thumbnails/1.png", "a/@eaDir/1.png/SYNOPHOTO_THUMB_M.jpg", "a/._1.png",
      "a/.ipynb_checkpoints/1-checkpoint.png", "a/Thumbs.db", "b/deep/@eaDir/2.png",
    ]
    for name in names { try folder.writeTone(99, to: name) }
    let source = try folder.open().source
    #expect(source.classNames == ["a", "b"] && source.tones == [20, 30, 40, 50])
    #expect(source.summary.findings.passedOver.count == names.count)
    let line = try #require(source.summary.lines(classNames: ["a", "b"]).last)
    #expect(line.hasPrefix("passed over: 12 hidden or system names: '#recycle', '$RECYCLE.BIN', '.thumbnails', "))
  }

  @Test func whatLooksLikeOtherClassesIsDoubted() throws {
    func doubt(_ folder: ImageFolder) throws -> String? {
      let source = try folder.open().source
      return source.summary.warnings(classNames: source.classNames).first
    }
    #expect(try doubt(folder) == nil)
    let nested = try ImageFolder()
    for name in ["cat", "dog"] { try nested.writeTone(50, to: "photos/images/\(name)/1.png") }
    #expect(try doubt(nested)?.contains("folders of its own, 'cat', 'dog'") == true)
    #expect(try doubt(nested)?.hasSuffix("--data folder:\(nested.images)/photos/images") == true)
    let parts = try ImageFolder()
    for part in ["test", "train"] {
      for name in ["cat", "dog"] { try parts.writeTone(50, to: "\(part)/\(name)/1.png") }
    }
    #expect(try doubt(parts)?.hasSuffix("--data folder:\(parts.images)/train") == true)
  }

  @Test func picturesThatAreNotReadAreNamedByKind() throws {
    for number in 0..<3 { try folder.write([1], to: "a/\(number).gif") }
    try folder.write([1], to: "b/1.HEIC")
    try folder.write([1], to: "b/LICENSE")
    let summary = try folder.open().source.summary
    #expect(
      summary.lines(classNames: ["a", "b"]).contains(
        "ignored: 5 files (not named as an image, or in no class folder): 3 .gif, 1 .heic, 1 without ending"))
    #expect(summary.warnings(classNames: ["a", "b"]).first?.hasPrefix("4 pictures in other formats") == true)
    try folder.write([1], to: "c/1.gif")
    expectDatasetError(.malformed, mentions: ["images/c'", "but 1 .gif", "convert"]) { try folder.open() }
  }

  @Test func nearlyBlackImagesAreWarnedOf() throws {
    for number in 3...9 { try folder.writeTone(15, to: "a/\(number).png") }
    let source = try folder.open().source
    let warning = try #require(source.summary.warnings(classNames: source.classNames).first)
    #expect(warning.hasPrefix("7 of 11 images are nearly black, no value above 15 of 255: 'a/3.png', "))
    #expect(warning.contains("multiply the values by 16"))
  }
}
