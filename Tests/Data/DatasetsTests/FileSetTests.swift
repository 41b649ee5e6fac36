import Datasets
import Files
import Foundation
import Images
import TestSupport
import Testing

/// Data sets in files that other programs wrote (`Tests/Fixtures/make_data.py`).
@Suite struct FileSetTests {
  private let folder: ImageFolder

  init() throws { folder = try ImageFolder() }

  private func open(
    _ kind: String, _ name: String, _ request: ImageSpecification = ImageSpecification(resolution: 8), threads: Int = 2
  ) throws -> any ImageDataset {
    try DataSpecification(parsing: kind + ":" + Fixtures.path("data/" + name)).find(request)
      .open(DecodeOptions(cacheFolder: folder.cache, threads: threads))
  }

  /// The bytes of an image as the fixtures' script makes it.
  private static func pixels(_ image: Int, side: Int = 8, channels: Int = 3) -> [UInt8] {
    (0..<side * side * channels).map { place in
      UInt8(
        (31 * image + 7 * (place / channels / side) + 3 * (place / channels % side) + 50 * (place % channels)) % 256)
    }
  }

  @Test func imagesOfHDF5Files() throws {
    let source = try open("hdf5", "planar.hdf5")
    #expect((source.count, source.channels, source.classNames) == (7, 3, ["0", "1", "2"]))
    #expect((0..<7).map(source.label) == [0, 1, 2, 0, 1, 2, 0])
    for index in 0..<7 { #expect(source.pixels(index) == Self.pixels(index)) }
    #expect(source.description.hasPrefix("HDF5 file '") && source.summary.histogram == [3, 2, 2])
    #expect(source.summary.lines(classNames: source.classNames).first == "originals: heights 8, widths 8")
    // The same images in another order of axes and compressed, on another number of threads.
    #expect(try open("hdf5", "packed-gzip.hdf5", threads: 1).fingerprint == source.fingerprint)
    #expect(try open("hdf5", "pieces.hdf5", threads: 3).fingerprint == source.fingerprint)
    #expect(folder.cached.filter { $0.hasSuffix(".safetensors") }.count == 3)
    // At the next start nothing is decoded.
    #expect(try open("hdf5", "planar.hdf5").fingerprint == source.fingerprint && folder.cached.count == 3)
  }

  @Test func imagesOfHDF5FilesAreMadeToFit() throws {
    let grey = try open("hdf5", "contiguous.hdf5")
    #expect(grey.channels == 1 && grey.summary.widths?.largest == 6)
    let colours = try open("hdf5", "planar.hdf5", ImageSpecification(resolution: 16, channels: 1, classes: 5))
    let image = DecodedImage(pixels: Self.pixels(4), width: 8, height: 8, channels: 3).grey()
    #expect(colours.pixels(4) == image.resized(width: 16, height: 16, .bilinear).pixels)
    #expect(colours.classNames.count == 5)
    expectDatasetError(.configuration, mentions: ["label 2", "at least 3"]) {
      try open("hdf5", "planar.hdf5", ImageSpecification(resolution: 8, classes: 2))
    }
  }

  @Test func hdf5FilesThatAreMissingOrDamaged() throws {
    expectDatasetError(.file(.missing), mentions: ["HDF5 file", nowhere]) {
      try DataSpecification.hdf5(file: nowhere).open(ImageSpecification(resolution: 8))
    }
    let data = Fixtures.path("data")
    expectDatasetError(.malformed, mentions: ["a folder; use --data hdf5:"]) {
      try DataSpecification.hdf5(file: data).open(ImageSpecification(resolution: 8))
    }
    expectDatasetError(.file(.malformed), mentions: ["outside.hdf5", "not followed"]) {
      try open("hdf5", "outside.hdf5")
    }
    // A damaged block is the images that lie in it, and those can be left out.
    var bytes = try Fixtures.bytes("packed-gzip.hdf5", in: "data")
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: [0x78, 0x5E]) })
    bytes[place + 20] ^= 4
    try folder.write(bytes, to: "damaged.hdf5")
    func damaged(skips: Bool) throws -> any ImageDataset {
      try DataSpecification.hdf5(file: folder.images + "/damaged.hdf5").open(
        ImageSpecification(resolution: 8, skipsBadImages: skips), cache: folder.cache)
    }
    expectDatasetError(.file(.malformed), mentions: ["damaged.hdf5", "also bad", "--skip-bad-images"]) {
      try damaged(skips: false)
    }
    let rest = try damaged(skips: true)
    #expect(rest.count < 7 && rest.count > 0 && rest.summary.skipped == 7 - rest.count)
  }

  @Test func arraysOfNumPy() throws {
    let source = try open("npz", "named.npz")
    #expect((source.count, source.channels, source.classNames) == (7, 3, ["0", "1", "2"]))
    for index in 0..<7 { #expect(source.pixels(index) == Self.pixels(index) && source.label(index) == index % 3) }
    for name in ["named-deflated.npz", "exchanged.npz"] {
      #expect(try open("npz", name, threads: 3).fingerprint == source.fingerprint)
    }
    expectDatasetError(.file(.malformed), mentions: ["'labels'", "found 'images'"]) {
      try open("npz", "unlabelled.npz")
    }
    expectDatasetError(.file(.malformed), mentions: ["0 to 999,999", "found 1000000 at [2]"]) {
      try open("npz", "large-label.npz")
    }
  }

  @Test func cifarInEveryVersion() throws {
    func open(_ text: String) throws -> any ImageDataset {
      let parts = text.split(separator: ":", maxSplits: 1)
      return try DataSpecification(parsing: "\(parts[0]):\(Fixtures.path("data/cifar-" + parts[1]))").open(
        ImageSpecification(resolution: 32))
    }
    let ten = try open("cifar10:10-batches-py")
    #expect(ten.count == 5 && (0..<5).map(ten.label) == [0, 1, 2, 0, 1] && ten.classNames[0] == "airplane")
    for index in 0..<5 { #expect(ten.pixels(index) == Self.pixels(index, side: 32)) }
    #expect(try open("cifar10:10-batches-py:test").pixels(0) == Self.pixels(5, side: 32))
    let fine = try open("cifar100:100-binary")
    #expect((fine.count, fine.classNames.count, fine.classNames[99]) == (3, 100, "worm"))
    #expect((0..<3).map(fine.label) == [0, 1, 2] && fine.pixels(2) == Self.pixels(2, side: 32))
    let coarse = try open("cifar100:100-binary:coarse")
    #expect((0..<3).map(coarse.label) == [1, 2, 3] && coarse.classNames.count == 20 && coarse.classNames[1] == "fish")
    for name in ["100-python", "100-python3"] {
      #expect(try open("cifar100:" + name).fingerprint == fine.fingerprint)
      #expect(try open("cifar100:\(name):coarse").fingerprint == coarse.fingerprint)
    }
    let test = try open("cifar100:100-python:coarse:test")
    #expect(
      test.count == 1 && test.label(0) == 1 && test.description.contains("CIFAR-100 (coarse labels), 1 test images"))
  }

  @Test func shardsOfWebDataset() throws {
    let whole = try open("hdf5", "planar.hdf5")
    let source = try open("webdataset", "shards-{000..001}.tar")
    #expect(source.count == 7 && source.classNames == ["0", "1", "2"] && source.fingerprint == whole.fingerprint)
    #expect(try open("webdataset", "pax.tar").fingerprint == whole.fingerprint)
    #expect(try open("webdataset", "gnu.tar", threads: 1).fingerprint == whole.fingerprint)
    let half = try open("webdataset", "shards-{0..0}00.tar")
    #expect(half.count == 4 && (0..<4).allSatisfy { half.pixels($0) == Self.pixels($0) })
    for (name, kind, words) in [
      (
        "shards-{000..003}.tar", DatasetError.Kind.file(.missing),
        ["4 tar files", "found 2", "shards-002.tar' is missing"]
      ),
      ("no-{00..99}.tar", .file(.missing), ["expected tar files at"]),
      ("link.tar", .file(.malformed), ["link.tar", "is a link"]),
      ("unlabelled.tar", .file(.malformed), ["the sample 'sample0000'", "no class"]),
      ("two-images.tar", .file(.malformed), ["has two images", "sample0000.jpg"]),
      ("bad-class.tar", .file(.malformed), ["no whole number from 0"]),
      ("planar.hdf5", .file(.malformed), ["not a tar file"]),
    ] {
      expectDatasetError(kind, mentions: words) { try open("webdataset", name) }
    }
  }

  @Test(arguments: ["a{1..2}b{3..4}", "{9..1}", "{a..b}", "{1.2}", "{0..100000}", "{1..}", "{-1..3}"])
  func rangesThatAreNone(pattern: String) {
    expectDatasetError(.usage, mentions: ["{000..099}", "'x/\(pattern)'"]) {
      try DataSpecification(parsing: "webdataset:x/" + pattern)
    }
  }

  @Test func recordsOfTensorFlow() throws {
    let whole = try open("hdf5", "planar.hdf5")
    let raw = try open("tfrecord", "records-raw")
    #expect(raw.count == 7 && raw.fingerprint == whole.fingerprint)
    #expect(try open("tfrecord", "records-raw/sagan.tfrecords").fingerprint == whole.fingerprint)
    // Classes of ImageNet's converter begin at 1.
    let encoded = try open("tfrecord", "records-encoded")
    #expect(encoded.fingerprint == whole.fingerprint && encoded.description.contains("labels from 1"))
    #expect(try open("tfrecord", "records-encoded/train").fingerprint == whole.fingerprint)
    expectDatasetError(.file(.malformed), mentions: ["'label', 'pixels'"]) { try open("tfrecord", "records-other") }
    expectDatasetError(.file(.missing), mentions: ["TFRecord files", "nothing"]) {
      try DataSpecification.tfRecord(path: folder.images).open(ImageSpecification(resolution: 8))
    }
    // One of two files, and two sets in one folder.
    let name = "train-00000-of-00002"
    try folder.write(try Fixtures.bytes("records-encoded/" + name, in: "data"), to: name)
    func opened(_ path: String = "") throws -> any ImageDataset {
      try DataSpecification.tfRecord(path: folder.images + path).open(
        ImageSpecification(resolution: 8), cache: folder.cache)
    }
    expectDatasetError(.file(.missing), mentions: ["2 files 'train-", "found 1"]) { try opened() }
    for other in ["train-00001-of-00002", "val-00000-of-00001"] {
      try folder.write(try Fixtures.bytes("records-encoded/train-00001-of-00002", in: "data"), to: other)
    }
    expectDatasetError(.malformed, mentions: ["'train', 'val'", "tfrecord:\(folder.images)/train"]) { try opened() }
    #expect(try opened("/train").count == 7 && opened("/val").count == 3)
  }

  @Test func imagesOfStyleGAN() throws {
    let whole = try open("hdf5", "planar.hdf5")
    for name in ["stylegan", "stylegan.zip", "stylegan-deflated.zip"] {
      let source = try open("stylegan", name)
      #expect(source.fingerprint == whole.fingerprint && source.classNames == ["0", "1", "2"])
    }
    #expect(try open("webdataset", "webp.tar").fingerprint == whole.fingerprint)
    func opened(_ name: String = "") throws -> any ImageDataset {
      try DataSpecification.styleGAN(path: folder.images + name).open(
        ImageSpecification(resolution: 8), cache: folder.cache)
    }
    expectDatasetError(.file(.missing), mentions: ["dataset.json", "nothing"]) { try opened() }
    try folder.writeTone(9, to: "a/1.png")
    expectDatasetError(.file(.missing), mentions: ["dataset.json", "use --data folder:\(folder.images)"]) {
      try opened()
    }
    try folder.write(Array(#"{"labels": [["a/1.png", 1], ["a/2.png", 0]]}"#.utf8), to: "dataset.json")
    expectDatasetError(.file(.missing), mentions: ["'a/2.png'", "lists"]) { try opened() }
    try folder.writeTone(99, to: "a/2.png")
    let source = try opened()
    #expect((0..<2).map(source.label) == [1, 0] && source.tones == [9, 99])
    // A folder for each class says that there is a list, too.
    let classes = try folder.open().source
    #expect(classes.summary.warnings(classNames: classes.classNames).first?.contains("--data stylegan:") == true)
    try folder.write(try Fixtures.bytes("named.npz", in: "data"), to: "other.zip")
    expectDatasetError(.file(.malformed), mentions: ["dataset.json", "2 members"]) { try opened("/other.zip") }
  }

  /// Pillow's images of all eight orientations, in a folder.
  @Test func imagesStandAsTheirFilesSay() throws {
    for number in 1...8 {
      try folder.write(try Fixtures.bytes("oriented/\(number).png", in: "data"), to: "a/\(number).png")
      try folder.write(try Fixtures.bytes("oriented/\(number)-png-upright.png", in: "data"), to: "b/\(number).png")
    }
    let source = try folder.open(ImageSpecification(resolution: 16)).source
    for index in 0..<8 { #expect(source.pixels(index) == source.pixels(8 + index), "image \(index + 1)") }
    #expect(source.summary.heights?.largest == 24 && source.summary.widths?.largest == 24)
    let line = "orientation: 7 images turned as the file says: 'a/2.png', 'a/3.png', 'a/4.png', 'a/5.png', 'a/6.png', …"
    #expect(source.summary.lines(classNames: source.classNames).contains(line))
    let stored = try folder.open(ImageSpecification(resolution: 16, orientation: .ignore)).source
    #expect(stored.pixels(0) == source.pixels(0) && (1..<8).allSatisfy { stored.pixels($0) == stored.pixels(0) })
    #expect(stored.fingerprint != source.fingerprint && folder.cached.count == 2)
    #expect(
      stored.summary.lines(classNames: []).contains { $0.hasPrefix("orientation: 7 images left as stored although") })
  }

  @Test func whatIsMeantByAFile() throws {
    for (name, kind) in [
      ("planar.hdf5", "hdf5"), ("named.npz", "npz"), ("records-raw/sagan.tfrecords", "tfrecord"),
      ("stylegan.zip", "stylegan"),
    ] {
      let file = Fixtures.path("data/" + name)
      for text in [file, "folder:" + file, "other:" + file] {
        expectDatasetError(
          text.hasPrefix("folder") ? .file(.missing) : .usage, mentions: ["use --data \(kind):\(file)"]
        ) {
          try DataSpecification(parsing: text).open(ImageSpecification(resolution: 8))
        }
      }
    }
  }
}
