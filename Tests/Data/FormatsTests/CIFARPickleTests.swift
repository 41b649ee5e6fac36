import Files
import Formats
import Foundation
import TestSupport
import Testing

/// CIFAR's files for Python (`Tests/Fixtures/make_data.py`).
@Suite struct CIFARPickleTests {
  private static let memory = 1 << 30

  private static func read(_ name: String, _ form: CIFARBatch.Form = .cifar100) throws -> CIFARBatch {
    try CIFARBatch(pickle: Fixtures.path("data/" + name), form, memory: memory)
  }

  @Test(arguments: ["cifar-100-python/train", "cifar-100-python3/train", "cifar-100-binary/train.bin"])
  func cifar100(name: String) throws {
    let path = Fixtures.path("data/" + name)
    let batch =
      name.hasSuffix(".bin")
      ? try CIFARBatch(path: path, .cifar100, memory: Self.memory) : try Self.read(name)
    #expect(batch.labels == [0, 1, 2] && batch.coarseLabels == [1, 2, 3])
    #expect(batch.pixels == (0..<3).flatMap { HDF5Tests.pixels($0, 32, 32, 3) })
  }

  @Test func cifar10() throws {
    for number in 1...5 {
      let batch = try Self.read("cifar-10-batches-py/data_batch_\(number)", .cifar10)
      #expect(batch.labels == [UInt8((number - 1) % 3)] && batch.coarseLabels == [])
      #expect(batch.pixels == HDF5Tests.pixels(number - 1, 32, 32, 3))
    }
  }

  /// Nothing that a pickle names is called.
  @Test func functionsAreNotCalled() throws {
    expectError(.malformed, mentions: ["hostile.pickle", "'os.system'"]) {
      try Self.read("hostile.pickle")
    }
  }

  /// Pieces of a pickle of one image that are replaced, and what is said then.
  @Test(arguments: [
    ("U\u{06}labels", "U\u{06}labelz", "expected 'labels'"), ("cnumpy\ndtype", "cnumpy\ndtypf", "uint8"),
    ("U\u{02}u1", "U\u{02}i1", "uint8"), ("_reconstruct\n", "_reconstrucs\n", "'numpy.core.multiarray._reconstrucs'"),
    ("K\u{01}M", "K\u{02}M", "has 3,072 bytes"), ("](K\u{00}e", "](K\u{0A}e", "there are 10 classes"),
    ("](K\u{00}e", "](Ne", "None"), ("\u{02}}q", "\u{02}]q", "sets members"),
  ]) func whatIsRefused(piece: String, other: String, words: String) throws {
    var bytes = try Fixtures.bytes("cifar-10-batches-py/data_batch_1", in: "data")
    let piece = Array(piece.utf8)
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: piece) })
    bytes.replaceSubrange(place..<place + piece.count, with: Array(other.utf8))
    let root = try TemporaryDirectory()
    try root.file("batch", bytes)
    expectError(.malformed, mentions: [root.path + "/batch", "CIFAR-10 for Python", words]) {
      try CIFARBatch(pickle: root.path + "/batch", .cifar10, memory: Self.memory)
    }
  }

  @Test func partsAndOtherFiles() throws {
    let root = try TemporaryDirectory()
    let whole = try Fixtures.bytes("cifar-10-batches-py/data_batch_1", in: "data")
    for bytes in [Array(whole.prefix(1000)), [], Array("hello".utf8), [0x80, 4, 0x95]] {
      try root.file("batch", bytes)
      expectError(.malformed, mentions: ["CIFAR-10 for Python"]) {
        try CIFARBatch(pickle: root.path + "/batch", .cifar10, memory: Self.memory)
      }
    }
    try root.file("batch", whole)
    expectError(.malformed, mentions: ["at most 1 MiB", "a third"]) {
      try root.file("batch", [UInt8](repeating: 0, count: 2 << 20))
      return try CIFARBatch(pickle: root.path + "/batch", .cifar10, memory: 3 << 20)
    }
    // Of CIFAR-100 one label is not enough.
    expectError(.malformed, mentions: ["expected 'coarse_labels'"]) {
      try Self.read("cifar-10-batches-py/data_batch_1", .cifar100)
    }
  }
}
