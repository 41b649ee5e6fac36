import DataParallel
import Datasets
import Files
import Foundation
import Images
import Packing
import TestSupport
import Testing
import Threads

/// Packs of images, made by one rank; `EndToEndTests` has several ranks and kills.
@Suite struct PackTests {
  private let root: TemporaryDirectory

  init() throws {
    root = try TemporaryDirectory()
    for number in 0..<9 { try write(UInt8(20 * number + 20), to: "photos/\(number % 3)/\(number).png") }
  }

  private func write(_ tone: UInt8, to name: String) throws {
    try FileManager.default.createDirectory(
      at: URL(fileURLWithPath: root.path + "/" + name).deletingLastPathComponent(), withIntermediateDirectories: true)
    let pixels = (0..<20 * 16).map { UInt8(truncatingIfNeeded: Int(tone) + $0 % 7) }
    try root.file(name, try PNG.encode(pixels: pixels, width: 20, height: 16, channels: 1))
  }

  private var data: DataSpecification { .folder(directory: root.path + "/photos") }
  private var out: String { root.path + "/x.packed" }
  private let form = ImageSpecification(resolution: 8)

  @discardableResult
  private func pack(
    _ form: ImageSpecification? = nil, out: String? = nil, threads: Int = 2, isForced: Bool = false
  ) throws -> PackRun.Outcome {
    var options = PackOptions(data, form ?? self.form, out: out ?? self.out)
    (options.threads, options.isForced) = (threads, isForced)
    return try PackRun(options, replicas: .alone()) { _ in }.run()
  }

  private func bytes(_ name: String) throws -> [UInt8] { try InputFile.bytes(of: root.path + "/" + name) }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.path).filter { $0 != "photos" && $0 != "cache" }.sorted()
  }

  private func images(_ path: String? = nil, _ form: ImageSpecification? = nil) throws -> any ImageDataset {
    try DataSpecification.packed(file: path ?? out).find(form ?? self.form).open(
      DecodeOptions(cacheFolder: root.path + "/none", threads: 1))
  }

  private func expectRefusal(_ kind: DatasetError.Kind, _ words: [String], _ body: () throws -> Void) {
    expectError(DatasetError(kind, "").exitCode, mentions: words, body)
  }

  @Test func aPackHoldsWhatTheCacheDoes() throws {
    let outcome = try pack()
    let cached = try data.find(form).open(DecodeOptions(cacheFolder: root.path + "/cache", threads: 1))
    let packed = try images()
    #expect(packed.fingerprint == cached.fingerprint && packed.classNames == ["0", "1", "2"] && packed.count == 9)
    #expect(packed.summary == cached.summary && outcome.prepared == 9 && outcome.images?.count == 9)
    #expect(try names() == ["x.packed"])
    try pack(out: root.path + "/y.packed", threads: 1)
    #expect(try bytes("x.packed") == bytes("y.packed"))
    // The same again is nothing to do, others are not overwritten.
    #expect(try pack().prepared == 0)
    try write(1, to: "photos/0/0.png")
    expectRefusal(.file(.cannotCreate), ["expected nothing at", "/x.packed'", "--force"]) { try pack() }
    #expect(try pack(isForced: true).prepared == 9 && images().fingerprint != cached.fingerprint)
  }

  /// Images that need no decoding can be packed as well, in as many shares as there are.
  @Test func imagesThatAreDrawn() throws {
    let drawn = DataSpecification.synthetic(count: 700)
    var options = PackOptions(drawn, ImageSpecification(resolution: 16), out: out)
    let outcome = try PackRun(options, replicas: .alone()) { _ in }.run()
    let source = try drawn.find(options.form).open(DecodeOptions(cacheFolder: root.path, threads: 1))
    let made = try #require(outcome.images)
    let (one, other) = (Pixels(made), Pixels(source))
    for index in [0, 1, 511, 512, 699] {
      #expect(try one[index] == other[index] && made.label(index) == source.label(index))
    }
  }

  @Test func badImagesLeaveNoGaps() throws {
    for name in ["photos/0/3.png", "photos/2/2.png"] { try root.file(name, [1, 2, 3]) }
    expectRefusal(.file(.malformed), ["photos/0/3.png", "also bad", "2.png", "--skip-bad-images"]) { try pack() }
    var form = form
    form.skipsBadImages = true
    let outcome = try pack(form)
    #expect(outcome.images?.count == 7 && outcome.images?.summary.skipped == 2)
    for name in ["photos/0/3.png", "photos/2/2.png"] {
      try FileManager.default.removeItem(atPath: root.path + "/" + name)
    }
    try pack(out: root.path + "/y.packed")
    #expect(try images().fingerprint == images(root.path + "/y.packed").fingerprint)
  }

  @Test func formsThatDoNotFit() throws {
    try pack()
    for (form, words) in [
      (ImageSpecification(resolution: 16), ["images of 16×16", "images of 8×8", "--side 16"]),
      (
        ImageSpecification(resolution: 8, channels: 1),
        ["1 channel", "images of 3", "image-channels=3", "--channels 1"]
      ),
      (ImageSpecification(resolution: 8, resize: .bicubic), ["resize bicubic", "resize=bilinear", "--resize bicubic"]),
      (ImageSpecification(resolution: 8, orientation: .ignore), ["orientation ignore", "orientation=apply"]),
      (ImageSpecification(resolution: 8, classes: 2), ["label 2", "at least 3"]),
    ] {
      expectRefusal(.configuration, [out] + words) { _ = try images(nil, form) }
    }
    #expect(try images(nil, ImageSpecification(resolution: 8, classes: 5)).classNames.count == 5)
    for text in [out, "folder:" + out] {
      expectRefusal(text == out ? .usage : .file(.missing), ["use --data packed:" + out]) {
        _ = try DataSpecification(parsing: text).find(form)
      }
    }
    #expect(try DataSpecification(parsing: "packed:x").description == "packed:x")
  }

  @Test func damagedPacks() throws {
    try pack()
    let whole = try bytes("x.packed")
    let label = whole.count - 1
    for (place, byte, words) in [(label, 1, "is damaged"), (label, 0x7F, "is damaged"), (9, 0x7F, "safetensors")]
      as [(Int, UInt8, String)]
    {
      var bytes = whole
      bytes[place] ^= byte
      try root.file("x.packed", bytes)
      expectRefusal(.file(.malformed), ["x.packed", words]) { _ = try images() }
    }
    try root.file("x.packed", Array(whole.dropLast(10)))
    expectRefusal(.file(.malformed), ["x.packed"]) { _ = try images() }
    expectRefusal(.file(.missing), ["a pack of images", "nowhere"]) { _ = try images(root.path + "/nowhere") }
    try root.file("x.packed", try Fixtures.bytes("colour.jpg", in: "images"))
    expectRefusal(.file(.malformed), ["x.packed"]) { _ = try images() }
  }

  /// What a killed process leaves behind at any instant, and the next one makes the same pack of.
  @Test func whatIsLeftIsGoneOnWith() throws {
    try pack()
    let (whole, images) = (try bytes("x.packed"), try data.find(form).preparation(form))
    let offset = 8 + Int(whole[0]) + Int(whole[1]) << 8 + Int(whole[2]) << 16
    func begin(_ count: Int, keeps: Bool = true) throws -> PackFile {
      let file = try PackFile(images, form, path: root.path + "/y.packed", isForced: false)
      let share = try images.share(file.done..<file.done + count, pool: WorkerPool(threads: 1))
      try file.write(share.pixels, firstImage: file.good)
      try file.add([PackReport(share)], of: count)
      if keeps { try file.save() }
      return file
    }
    func goesOn(after prepared: Int) throws {
      let outcome = try pack(out: root.path + "/y.packed")
      #expect(outcome.prepared == 9 - prepared)
      #expect(try bytes("y.packed") == whole && names() == ["x.packed", "y.packed"])
      try FileManager.default.removeItem(atPath: root.path + "/y.packed")
    }
    var file: PackFile? = try begin(4)
    expectRefusal(.file(.cannotCreate), ["y.packed.part", "no other process"]) {
      try pack(out: root.path + "/y.packed")
    }
    expectRefusal(.file(.malformed), ["not finished", "sagan data pack"]) {
      _ = try self.images(root.path + "/y.packed.part")
    }
    file = nil
    try goesOn(after: 4)
    file = try begin(4)
    file = nil
    file = try begin(3)
    file = nil
    try goesOn(after: 7)
    // Between the record of a start and its token in the file, which the record knows as the former one.
    file = try begin(4)
    file = nil
    let former = try bytes("y.packed.part")
    file = try begin(3)
    file = nil
    var torn = try bytes("y.packed.part")
    torn.replaceSubrange(offset - 32..<offset, with: former[offset - 32..<offset])
    try root.file("y.packed.part", torn)
    try goesOn(after: 7)
    // What was written after the last record is written again.
    file = try begin(2)
    file = nil
    file = try begin(5, keeps: false)
    file = nil
    try goesOn(after: 2)
    // Without a record, or with a damaged one, everything is.
    for record in [nil, [], Array("{}".utf8)] as [[UInt8]?] {
      file = try begin(4)
      file = nil
      try FileManager.default.removeItem(atPath: root.path + "/y.packed.part.json")
      if let record { try root.file("y.packed.part.json", record) }
      try goesOn(after: 0)
    }
    try root.file("y.packed.part", [])
    try goesOn(after: 0)
    // Between the last bytes and the name: with the token or without.
    for hasToken in [true, false] {
      file = try begin(9)
      file = nil
      let part = try bytes("y.packed.part")
      var left = whole
      if hasToken { left.replaceSubrange(offset - 32..<offset, with: part[offset - 32..<offset]) }
      try root.file("y.packed.part", left)
      try goesOn(after: 9)
    }
  }

  /// What no earlier process of this kind can have left stays as it is, even with --force.
  @Test func otherFilesAreNotTouched() throws {
    for content in [Array("mine".utf8), Array("saganpa".utf8), try Fixtures.bytes("colour.jpg", in: "images")] {
      try root.file("x.packed.part", content)
      for isForced in [false, true] {
        expectRefusal(.file(.cannotCreate), ["x.packed.part", "another file", "another name"]) {
          try pack(isForced: isForced)
        }
      }
      #expect(try bytes("x.packed.part") == content && names() == ["x.packed.part"])
    }
    try FileManager.default.removeItem(atPath: root.path + "/x.packed.part")
    try root.file("mine", [1])
    try FileManager.default.createSymbolicLink(atPath: out + ".part", withDestinationPath: root.path + "/mine")
    expectRefusal(.file(.cannotCreate), ["x.packed.part", "link"]) { try pack() }
    #expect(try bytes("mine") == [1])
    try FileManager.default.removeItem(atPath: out + ".part")
    // A pack that was begun of other images is given up when somebody says so.
    let larger = ImageSpecification(resolution: 16)
    let images = try data.find(larger).preparation(larger)
    var file: PackFile? = try PackFile(images, larger, path: out, isForced: false)
    #expect(file?.done == 0)
    file = nil
    expectRefusal(.file(.cannotCreate), ["begun of others", "--force"]) { try pack() }
    #expect(try pack(isForced: true).prepared == 9)
    expectRefusal(.file(.cannotCreate), ["nowhere", "create it"]) { try pack(out: root.path + "/nowhere/x") }
  }

  /// Of a share that another host writes, pages that hold other shares' pixels as well go through the first rank.
  @Test func edgesOfShares() {
    for range in [0..<8192, 0..<5000, 100..<4096, 100..<9000, 4096..<8192, 4000..<4100, 10..<20, 4096..<4096] {
      let pixels = range.map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 / 256) }
      let edges = PackEdges(range)
      let parts = edges.parts(edges.bytes(of: pixels))
      // What is left for the share's own rank: whole pages alone.
      var own = Set(range)
      for (offset, bytes) in parts {
        #expect(bytes.elementsEqual(pixels[offset - range.lowerBound..<offset - range.lowerBound + bytes.count]))
        own.subtract(offset..<offset + bytes.count)
      }
      #expect(Set(own.map { $0 / 4096 }).count * 4096 == own.count, "\(range)")
    }
  }

  /// Pixels that another host wrote, and that did not arrive, are found before the pack gets its name.
  @Test func pixelsThatGotLost() throws {
    let images = try data.find(form).preparation(form)
    var file: PackFile? = try PackFile(images, form, path: out, isForced: false)
    var share = try images.share(0..<5, pool: WorkerPool(threads: 1))
    try file?.write(share.pixels, firstImage: 0)
    try file?.add([PackReport(share)], of: 5)
    share = try images.share(5..<9, pool: WorkerPool(threads: 1))
    try file?.add([PackReport(share)], of: 4)
    try file?.write([UInt8](repeating: 0, count: share.pixels.count), firstImage: 5)
    try file?.save()
    expectRefusal(.file(.malformed), ["up to image 9", "not those that were written", "start again"]) {
      try file?.finish { _ in }
    }
    file = nil
    // The cure that is named.
    #expect(try pack().prepared == 9 && names() == ["x.packed"])
  }
}

/// The bytes of images.
private struct Pixels {
  private let source: any ImageDataset

  init(_ source: any ImageDataset) { self.source = source }

  subscript(_ index: Int) -> [UInt8] {
    get throws {
      var pixels = [UInt8](repeating: 0, count: source.imageSize)
      try pixels.withUnsafeMutableBufferPointer { try source.copyPixels(index, into: $0) }
      return pixels
    }
  }
}
