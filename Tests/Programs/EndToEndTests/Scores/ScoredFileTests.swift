import Files
import Foundation
import Formats
import Images
import TestSupport
import Testing

/// Sides that are files: arrays of images, zip files, means and covariances; and what is said of bad ones.
@Suite("Files as sides") struct ScoredFileTests {
  private let scratch: Scratch
  private static let data = ["--data", "synthetic:count=200"]

  init() throws { scratch = try Scratch() }

  private func evaluate(_ arguments: [String], ranks: Int? = nil) throws -> Outcome {
    try Program.run(["evaluate", "--cache", scratch.at("cache"), "--json"] + arguments, ranks: ranks)
  }

  /// The bytes of a picture of 32×32 pixels.
  private static func pixels(_ number: Int) -> [UInt8] {
    (0..<32 * 32 * 3).map { UInt8(($0 * (number + 3) / 5 + number * 7) % 256) }
  }

  private static func png(_ number: Int, side: Int = 32) throws -> [UInt8] {
    try PNG.encode(
      pixels: Array((pixels(number) + pixels(number + 1)).prefix(side * side * 3)), width: side, height: side,
      channels: 3)
  }

  /// Writes an array of images, and their classes.
  private func writeImages(_ name: String, _ numbers: Range<Int>, labels: [Int64]? = nil) throws {
    var writer = NPZWriter(to: try OutputFile(path: scratch.at(name), isForced: true))
    try writer.add("arr_0", shape: [numbers.count, 32, 32, 3], numbers.flatMap(Self.pixels))
    if let labels { try writer.add("arr_1", shape: [labels.count], labels) }
    _ = try writer.finish()
  }

  /// Writes a mean and a covariance of so many features.
  private func writeMoments(_ name: String, _ count: Int, change: (inout [Double]) -> Void = { _ in }) throws {
    var covariance = (0..<count * count).map { $0 % (count + 1) == 0 ? 1.5 : 0.25 }
    change(&covariance)
    _ = try FeatureMoments(mean: (0..<count).map { Double($0) / 16 }, covariance: covariance)
      .write(to: try OutputFile(path: scratch.at(name)))
  }

  /// One classifier for all of them, as its training takes longest.
  @Test func filesAreScoredByTheClassifier() throws {
    try imagesScoreTheSameInAFolderAZipFileAndAnArray()
    try statisticsTakeThePlaceOfTheirImages()
    try imagesOnBothSidesAreTold()
    try arraysThatAreNoImagesAreRefused()
    try statisticsThatAreNoneAreRefused()
    try classesWithoutSamplesAreTold()
    try imagesOfOtherChannelsAreRefused()
  }

  private func scores(_ outcome: Outcome) throws -> [String: Double] {
    struct Found: Decodable {
      struct Score: Decodable {
        let name: String
        let value: Double
      }
      let scores: [Score]
    }
    expectSuccess(outcome)
    let found = try JSONDecoder().decode(Found.self, from: Data(outcome.output.utf8))
    return Dictionary(uniqueKeysWithValues: found.scores.map { ($0.name, $0.value) })
  }

  /// The order in which a side holds images changes the roundings of sums and nothing else.
  private func imagesScoreTheSameInAFolderAZipFileAndAnArray() throws {
    var zip = ZipWriter(to: try OutputFile(path: scratch.at("images.zip")))
    for number in 0..<40 {
      try scratch.write(try Self.png(number), to: "images/\(number % 4)/\(number).png")
      try zip.add("\(number % 4)/\(number).png", try Self.png(number))
    }
    _ = try zip.finish()
    try writeImages("images.npz", 0..<40, labels: (0..<40).map { $0 % 4 })
    let metrics = ["--metrics", "fd,kd,pr"]
    let expected = try evaluate(["--images", scratch.at("images")] + Self.data + metrics)
    // The same files are the same side.
    #expect(try evaluate(["--images", scratch.at("images.zip")] + Self.data + metrics).output == expected.output)
    let known = try scores(expected)
    let array = try evaluate(["--images", scratch.at("images.npz")] + Self.data + metrics)
    for (name, value) in try scores(array) {
      let wanted = try #require(known[name])
      // Products of pairs are in single precision, and which of them make a tile depends on the order.
      #expect(abs(value - wanted) <= 1e-6 * abs(wanted), "\(name) \(value), expected \(wanted)")
    }
    let shared = try evaluate(["--images", scratch.at("images.npz")] + Self.data + metrics, ranks: 3)
    #expect(shared.output == array.output)
  }

  /// A mean and a covariance that `sagan statistics` writes take the place of the images that they are of.
  private func statisticsTakeThePlaceOfTheirImages() throws {
    try writeImages("images.npz", 0..<40)
    let write = ["statistics"] + Self.data + ["--resolution", "32", "--extractor", "classifier", "--out"]
    expectSuccess(try Program.run(write + [scratch.at("one.npz"), "--cache", scratch.at("cache")]))
    expectSuccess(
      try Program.run(write + [scratch.at("two.npz"), "--cache", scratch.at("other"), "--batch", "10"], ranks: 2))
    #expect(try scratch.bytes("one.npz") == scratch.bytes("two.npz"))
    let again = try Program.run(write + [scratch.at("one.npz"), "--cache", scratch.at("cache")])
    #expect(again.code == 73 && again.errors.contains("--force"), "\(again.description)")
    #expect(try scratch.bytes("one.npz") == scratch.bytes("two.npz"))

    let images = ["--images", scratch.at("images.npz")] + Self.data
    let expected = try scores(try evaluate(images + ["--metrics", "fd"]))
    let against = try evaluate(images + ["--reference", scratch.at("one.npz")])
    let found = try scores(against)
    #expect(found["fd_classifier"] != nil && found["is_classifier"] != nil && found["kd_classifier"] == nil)
    let (value, wanted) = (try #require(found["fd_classifier"]), try #require(expected["fd_classifier"]))
    #expect(abs(value - wanted) <= 1e-9 * wanted)
    // The generated side alone is sampled.
    #expect(against.output.contains("standard_error"))
    #expect(try evaluate(images + ["--reference", scratch.at("one.npz")], ranks: 2).output == against.output)
    let pairs = try evaluate(images + ["--reference", scratch.at("one.npz"), "--metrics", "kd"])
    #expect(pairs.code == 78 && pairs.errors.contains("'kd' needs the images"), "\(pairs.description)")
    let infinite = try scores(
      try evaluate(images + ["--reference", scratch.at("one.npz"), "--metrics", "fid-infinity"]))
    #expect(Array(infinite.keys) == ["fd_classifier_infinity"])
  }

  /// Two files of numbers need no network: here the Fréchet distance can be done by hand.
  @Test func statisticsAreComparedWithoutANetwork() throws {
    try writeMoments("a.npz", 1280)
    try writeMoments("b.npz", 1280) { for place in $0.indices { $0[place] *= 4 } }
    let outcome = try evaluate([
      "--images", scratch.at("a.npz"), "--reference", scratch.at("b.npz"), "--extractor", "lite0",
    ])
    // Equal means and S₂ = 4·S₁: Tr S₁ + 4·Tr S₁ − 2·2·Tr S₁.
    let value = try #require(try scores(outcome)["fd_lite0"])
    #expect(abs(value - 1280 * 1.5) < 1e-6 * 1920)
    #expect(
      try scores(
        try evaluate(["--images", scratch.at("a.npz"), "--reference", scratch.at("a.npz"), "--extractor", "lite0"]))[
          "fd_lite0"] == 0)
    let other = try evaluate([
      "--images", scratch.at("a.npz"), "--reference", scratch.at("b.npz"), "--extractor", "inception",
    ])
    #expect(
      other.code == 65 && other.errors.contains("2,048") && other.errors.contains("1,280"), "\(other.description)")
  }

  private func imagesOnBothSidesAreTold() throws {
    try writeImages("one.npz", 0..<40)
    try writeImages("two.npz", 30..<70)
    let outcome = try evaluate(
      ["--images", scratch.at("one.npz"), "--reference", scratch.at("two.npz"), "--metrics", "fd"] + Self.data)
    expectSuccess(outcome)
    #expect(outcome.output.contains("10 of the 40 generated images are images of the reference"), "\(outcome.output)")
    let same = try evaluate(
      ["--images", scratch.at("one.npz"), "--reference", scratch.at("one.npz"), "--metrics", "fd"] + Self.data)
    #expect(same.output.contains("both sides are the same images"), "\(same.output)")
    #expect(try scores(same)["fd_classifier"] == 0)
  }

  private func arraysThatAreNoImagesAreRefused() throws {
    func write(_ name: String, _ body: (inout NPZWriter) throws -> Void) throws {
      var writer = NPZWriter(to: try OutputFile(path: scratch.at(name), isForced: true))
      try body(&writer)
      _ = try writer.finish()
    }
    try write("floats.npz") { try $0.add("arr_0", shape: [1, 2, 2, 3], [Double](repeating: 0.5, count: 12)) }
    try write("names.npz") {
      try $0.add("x", shape: [1], [1.0])
      try $0.add("y", shape: [1], [1.0])
    }
    try write("mean.npz") {
      try $0.add("mu", shape: [2], [1.0, 2])
      try $0.add("x", shape: [1], [1.0])
    }
    try write("labels.npz") {
      try $0.add("arr_0", shape: [2, 32, 32, 3], [UInt8](repeating: 7, count: 2 * 32 * 32 * 3))
      try $0.add("arr_1", shape: [3], [Int64(0), 1, 2])
    }
    try write("classes.npz") {
      try $0.add("arr_0", shape: [2, 32, 32, 3], [UInt8](repeating: 7, count: 2 * 32 * 32 * 3))
      try $0.add("arr_1", shape: [2], [Int64(0), 1 << 40])
    }
    try scratch.write(Array("not a zip file".utf8), to: "text.npz")
    try writeImages("one.npz", 0..<1)
    for (name, mention) in [
      ("floats.npz", "u1"), ("names.npz", "arr_0"), ("mean.npz", "sigma"), ("labels.npz", "arr_1"),
      ("classes.npz", "labels from 0 to 999,999"), ("text.npz", "found something else"),
      ("one.npz", "at least 2 images"),
      ("nowhere.npz", "nowhere"),
    ] {
      let outcome = try evaluate(["--images", scratch.at(name)] + Self.data)
      #expect([65, 66].contains(outcome.code) && outcome.output.isEmpty, "\(name): \(outcome.description)")
      #expect(outcome.errors.contains(mention), "\(name): \(outcome.description)")
    }
    // A name that no message could show is refused, and its file not left out.
    try scratch.write([1], to: "named/a.png")
    let name = Array((scratch.at("named") + "/").utf8) + [0xFF] + Array(".png\0".utf8)
    let made: UnsafeMutablePointer<FILE>? = name.withUnsafeBufferPointer {
      $0.withMemoryRebound(to: CChar.self) { fopen($0.baseAddress, "w") }
    }
    let file: UnsafeMutablePointer<FILE> = try #require(made)
    fclose(file)
    let unnamed = try evaluate(["--images", scratch.at("named")] + Self.data)
    #expect(unnamed.code == 65 && unnamed.errors.contains("names in UTF-8"), "\(unnamed.description)")
    try writeImages("three.npz", 0..<3)
    let many = try evaluate(["--images", scratch.at("three.npz"), "--samples", "4"] + Self.data)
    #expect(many.code == 78 && many.errors.contains("--samples"), "\(many.description)")
  }

  private func statisticsThatAreNoneAreRefused() throws {
    try writeMoments("good.npz", 128)
    try writeMoments("nan.npz", 128) { $0[5] = .nan }
    try writeMoments("skew.npz", 128) { $0[5] = 0.75 }
    try writeMoments("negative.npz", 128) { $0[129] = -1 }
    // Correlations above 1: no images have them.
    try writeMoments("indefinite.npz", 128) { ($0[1], $0[128]) = (9, 9) }
    try writeMoments("small.npz", 64)
    try writeImages("images.npz", 0..<40)
    let images = ["--images", scratch.at("images.npz")] + Self.data
    let split = try evaluate(images + ["--splits", "15"])
    #expect(
      split.code == 0 && (split.output + split.errors).contains("15 splits have 2 images each"), "\(split.description)")
    for (name, mention) in [
      ("nan.npz", "nan"), ("skew.npz", "symmetric"), ("negative.npz", "-1"), ("indefinite.npz", "semidefinite"),
      ("small.npz", "128 features"),
    ] {
      let outcome = try evaluate(images + ["--reference", scratch.at(name)])
      #expect(outcome.code == 65 && outcome.output.isEmpty, "\(name): \(outcome.description)")
      #expect(outcome.errors.contains(mention), "\(name): \(outcome.description)")
    }
    expectSuccess(try evaluate(images + ["--reference", scratch.at("good.npz")]))
    let few = try evaluate(images + ["--reference", scratch.at("good.npz"), "--reference-samples", "5"])
    #expect(few.code == 78 && few.errors.contains("--reference-samples"), "\(few.description)")
    let unknown = try evaluate(["--images", scratch.at("good.npz"), "--reference", scratch.at("good.npz")])
    #expect(unknown.code == 78 && unknown.errors.contains("--extractor"), "\(unknown.description)")
    let data = try evaluate(["--images", scratch.at("good.npz")] + Self.data)
    #expect(data.code == 78 && data.errors.contains("sagan statistics"), "\(data.description)")
  }

  /// A class without a sample is no reason to fail, and counts nowhere.
  private func classesWithoutSamplesAreTold() throws {
    try writeImages("fakes.npz", 0..<40, labels: (0..<40).map { $0 % 2 * 2 })
    try writeImages("reals.npz", 40..<80, labels: (0..<40).map { $0 % 3 })
    let outcome = try evaluate(
      [
        "--images", scratch.at("fakes.npz"), "--reference", scratch.at("reals.npz"), "--metrics", "intra-fd",
      ] + Self.data)
    expectSuccess(outcome)
    #expect(outcome.output.contains("1 of 3 classes have fewer than 2 images"), "\(outcome.output)")
  }

  private func imagesOfOtherChannelsAreRefused() throws {
    var writer = NPZWriter(to: try OutputFile(path: scratch.at("grey.npz")))
    let pixels: [UInt8] = (0..<40 * 32 * 32).map { (place: Int) -> UInt8 in UInt8(place * 7 % 251) }
    try writer.add("arr_0", shape: [40, 32, 32, 1], pixels)
    _ = try writer.finish()
    try writeImages("colours.npz", 0..<40)
    let outcome = try evaluate(
      ["--images", scratch.at("colours.npz"), "--reference", scratch.at("grey.npz"), "--metrics", "fd"] + Self.data)
    #expect(outcome.code == 65 && outcome.errors.contains("32×32×3 for the classifier"), "\(outcome.description)")
  }

  @Test(arguments: [
    (["--like", "pytorch-fd"], 64, "pytorch-fid"), (["--like", "stylegan3", "--extractor", "lite0"], 64, "lite0"),
    (["--extractor", "vgg16"], 64, "VGG16's"), (["--like", "adm", "--splits", "5"], 64, "5,000"),
    (["--like", "adm", "--kid-subsets", "5"], 64, "--kid-subsets"), (["--kid-subset-size", "50"], 64, "--like"),
    (["--like", "clean-fid", "--kid-subset-size", "1"], 64, "--kid-subset-size"),
  ])
  func whatNoProgramHasIsRefused(arguments: [String], code: Int32, mention: String) throws {
    let outcome = try evaluate(["--images", scratch.at("x")] + Self.data + arguments)
    let expected = mention == "VGG16's" ? "vgg16" : mention
    #expect(outcome.code == code && outcome.errors.contains(expected), "\(outcome.description)")
  }

  /// Statistics alone show which scores a program has, without its network.
  @Test func scoresThatAProgramLacksAreRefused() throws {
    try writeMoments("a.npz", 2048)
    for (tool, metrics, mention) in [
      ("pytorch-fid", "kd", "which has fd"), ("stylegan3", "pr", "VGG16"), ("clean-fid", "is", "which has fd, kd"),
      ("adm", "kid", "which has is, fd, pr"), ("torch-fidelity", "dc", "which has is, fd, kd, pr"),
    ] {
      let outcome = try evaluate([
        "--images", scratch.at("a.npz"), "--reference", scratch.at("a.npz"), "--like", tool, "--metrics", metrics,
      ])
      #expect(outcome.code == 78 && outcome.errors.contains(mention), "\(outcome.description)")
    }
  }
}
