import Files
import TestSupport
import Datasets
import Foundation
import Testing

/// Expects a `DatasetError` of a kind whose message contains every word of `mentions` and is one line.
func expectDatasetError<Result>(
  _ kind: DatasetError.Kind, mentions: [String], sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Result
) {
  expectError(DatasetError(kind, "").exitCode, mentions: mentions, sourceLocation: sourceLocation) {
    do {
      return try body()
    } catch let error as DatasetError {
      #expect(error.kind == kind, "\(error)", sourceLocation: sourceLocation)
      throw error
    }
  }
}

/// A path where nothing is, and nothing is made.
let nowhere = NSTemporaryDirectory() + "/nowhere-" + UUID().uuidString

extension DataSpecification {
  /// Opens a data set, decoding into a folder that is only used if there is something to decode.
  func open(_ request: ImageSpecification, cache: String = nowhere) throws(DatasetError) -> any ImageDataset {
    try find(request).open(DecodeOptions(cacheFolder: cache, threads: 2))
  }
}

@Suite struct DataSpecificationTests {
  private static func fashion(_ split: DataSplit) -> DataSpecification {
    .fashionMNIST(directory: FashionMNIST.defaultDirectory, split: split)
  }

  @Test(arguments: [
    ("fashion-mnist", DataSpecification.fashionMNIST(directory: FashionMNIST.defaultDirectory)),
    ("fashion-mnist:/a:b", .fashionMNIST(directory: "/a:b")),
    ("synthetic", .synthetic(count: SyntheticShapes.defaultCount)),
    ("synthetic:count=64", .synthetic(count: 64)),
    ("folder:photos", .folder(directory: "photos")),
    ("cifar10:/a b", .cifar10(directory: "/a b")),
    ("idx:.", .idx(directory: ".")),
    ("fashion-mnist:test", .fashionMNIST(directory: FashionMNIST.defaultDirectory, split: .test)),
    ("fashion-mnist:/a:b:test", .fashionMNIST(directory: "/a:b", split: .test)),
    ("cifar10:a:test", .cifar10(directory: "a", split: .test)),
    ("idx:.:test", .idx(directory: ".", split: .test)),
    ("idx:x:test/", .idx(directory: "x:test/")),
    ("fashion-mnist:count=1000", fashion(.init(isTest: false, count: 1000))),
    ("fashion-mnist:test:count=7", fashion(.init(isTest: true, count: 7))),
    ("cifar10:a:count=1", .cifar10(directory: "a", split: .init(isTest: false, count: 1))),
    ("idx:a:b:test:count=2", .idx(directory: "a:b", split: .init(isTest: true, count: 2))),
    ("idx:count=3/", .idx(directory: "count=3/")), ("folder:count=3", .folder(directory: "count=3")),
    ("folder:x:test", .folder(directory: "x:test")), ("hdf5:a:b.hdf5", .hdf5(file: "a:b.hdf5")),
    ("npz:x.npz", .npz(file: "x.npz")), ("cifar100:a:b", .cifar100(directory: "a:b")),
    ("cifar100:a:coarse", .cifar100(directory: "a", labels: .coarse)),
    (
      "cifar100:a:coarse:test:count=2", .cifar100(directory: "a", labels: .coarse, split: .init(isTest: true, count: 2))
    ),
    ("webdataset:a/b-{000..010}.tar", .webDataset(shards: "a/b-{000..010}.tar")), ("tfrecord:a", .tfRecord(path: "a")),
    ("stylegan:a.zip", .styleGAN(path: "a.zip")),
    ("cifar100:coarse/", .cifar100(directory: "coarse/")),
  ])
  func readsWhatItWrites(_ text: String, _ expected: DataSpecification) throws {
    #expect(try DataSpecification(parsing: text) == expected)
    #expect(expected.description == text)
  }

  @Test(arguments: [
    "", "mnist", "fashion-mnist:", "synthetic:", "synthetic:64", "synthetic:count=", "synthetic:count=0",
    "synthetic:count=-1", "synthetic:count=99999999999999999999", "Synthetic", ":",
    "folder", "folder:", "cifar10", "cifar10:", "idx", "idx:", "idx:test", "idx::test",
    "cifar10:train", "hdf5", "hdf5:", "npz:", "cifar100", "cifar100:", "cifar100:test", "cifar100:coarse",
  ])
  func refusesWhatItDoesNotKnow(_ text: String) {
    expectDatasetError(.usage, mentions: ["'\(text)'", "synthetic:count=N"]) { try DataSpecification(parsing: text) }
  }

  @Test(arguments: [
    "fashion-mnist:count=0", "fashion-mnist:count=", "cifar10:a:count=-1", "idx:a:test:count=1e3",
    "idx:a:count=99999999999999999999",
  ])
  func refusesNumbersOfImagesThatNoneCanHave(_ text: String) {
    let number = text[text.index(after: text.lastIndex(of: ":") ?? text.startIndex)...]
    expectDatasetError(.usage, mentions: ["1 to 100,000,000", "'\(number)'", "slash"]) {
      try DataSpecification(parsing: text)
    }
  }

  @Test func unknownKindsListTheKnownOnes() {
    let kinds = ["folder:DIR", "cifar10:DIR", "idx:DIR", "fashion-mnist:DIR", "synthetic:count=N"]
    expectDatasetError(.usage, mentions: kinds) { try DataSpecification(parsing: "cifar:x") }
  }

  @Test func syntheticFitsTheNetwork() throws {
    let synthetic = DataSpecification.synthetic(count: 50)
    for (resolution, classes) in [(32, 10), (64, 1000), (128, 1000)] {
      let source = try synthetic.open(ImageSpecification(resolution: resolution))
      #expect((source.resolution, source.channels, source.count) == (resolution, 3, 50))
      #expect(source.classNames.count == classes)
    }
    let source = try synthetic.open(ImageSpecification(resolution: 32, channels: 1, classes: 4))
    #expect((source.channels, source.classNames.count) == (1, 4))
    #expect((0..<50).allSatisfy { source.label($0) < 4 })
  }

  @Test func refusesWhatADataSetCannotBe() {
    let synthetic = DataSpecification.synthetic(count: 50)
    expectDatasetError(.configuration, mentions: ["1 or 3", "found 2"]) {
      try synthetic.open(ImageSpecification(resolution: 32, channels: 2))
    }
    expectDatasetError(.configuration, mentions: ["found 0"]) {
      try synthetic.open(ImageSpecification(resolution: 32, classes: 0))
    }
    expectDatasetError(.configuration, mentions: ["5001"]) {
      try synthetic.open(ImageSpecification(resolution: 32, classes: 5001))
    }
    expectDatasetError(.configuration, mentions: ["32", "64"]) {
      try DataSpecification.fashionMNIST(directory: nowhere).open(ImageSpecification(resolution: 64))
    }
  }

  @Test func exitCodesAreThoseOfSysexits() {
    #expect(DatasetError(.usage, "").exitCode == 64)
    #expect(DatasetError(.malformed, "").exitCode == 65)
    #expect(DatasetError(.file(.malformed), "").exitCode == 65)
    #expect(DatasetError(.file(.missing), "").exitCode == 66)
    #expect(DatasetError(.file(.unreadable), "").exitCode == 66)
    #expect(DatasetError(.configuration, "").exitCode == 78)
  }
}
