import Files
import Formats
import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// Files that want something to be run, or memory to be taken, or that say what is not there.
@Suite struct HostilePickleTests {
  typealias Sample = PickleSample

  private func refuse(
    _ sample: Sample, _ mention: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let folder = try TemporaryDirectory()
    let path = try folder.file("x.pth", sample.file)
    expectError(.malformed, mentions: [mention, path], sourceLocation: sourceLocation) { try PyTorchFile(path: path) }
  }

  @Test func theSampleIsRead() throws {
    let folder = try TemporaryDirectory()
    let file = try PyTorchFile(path: try folder.file("x", Sample.weights().file))
    #expect(try file.names == ["a"] && file.floats("a") == [0, 0])
  }

  @Test func runsNothing() throws {
    let folder = try TemporaryDirectory()
    let trace = folder.path + "/trace"
    let call = Sample.global("posix", "system") + Sample.tuple([Sample.text("touch \(trace)")]) + [0x52]
    // Inside of what is asked for it is named; beside it nothing comes of it.
    try refuse(.plain(Sample.dictionary([("a", call)])), "'posix.system'")
    try refuse(.plain(call), "'posix.system'")
    var beside = Sample.weights()
    beside.object = Sample.dictionary([("state_dict", beside.object), ("more", call)])
    #expect(try PyTorchFile(path: try folder.file("x", beside.file)).names == ["a"])
    #expect(!FileManager.default.fileExists(atPath: trace))
  }

  @Test func refusesOpcodesByName() throws {
    for (opcode, mention) in [
      (0x93, "STACK_GLOBAL (0x93) at byte"), (0x69, "pickled model"), (0x81, "pickled model"), (0x6F, "pickled model"),
      (0x92, "pickled model"), (0x30, "POP (0x30)"), (0x32, "DUP (0x32)"), (0x82, "EXT1 (0x82)"), (0x42, "BINBYTES"),
      (0xFF, "0xff at byte"), (0x00, "0x0 at byte"), (0x55, "SHORT_BINSTRING"),
    ] as [(UInt8, String)] {
      try refuse(Sample(object: [opcode]), mention)
    }
    try refuse(Sample(object: [0x80, 4]), "protocol 4")
  }

  @Test func refusesStacksThatRunEmpty() throws {
    for opcodes in [[0x74], [0x85], [0x29, 0x86], [0x52], [0x62], [0x51], [0x61], [0x65], [0x73], [0x75], [0x71, 0]] {
      try refuse(Sample(object: opcodes.map { UInt8($0) }), "more from the stack than there is")
    }
    try refuse(Sample(object: [0x29, 0x28, 0x85]), "more from the stack than there is")
    try refuse(Sample(object: [0x68, 5]), "recalls value 5")
    try refuse(Sample(object: [0x6A, 0xFF, 0xFF, 0xFF, 0xFF]), "recalls value 4294967295")
    try refuse(Sample(object: []), "leaves 0 values")
    try refuse(Sample(object: [0x4E, 0x4E]), "leaves 2 values")
    try refuse(Sample(object: [0x4E, 0x28]), "leaves 1 values")
    try refuse(Sample(object: [0x4E, 0x4E, 0x61]), "no list")
    try refuse(Sample(object: [0x4E, 0x4E, 0x4E, 0x73]), "no dictionary")
    try refuse(Sample(object: [0x7D, 0x28, 0x4E, 0x75]), "without a value")
    try refuse(Sample(object: [0x4E, 0x4E, 0x62]), "sets attributes of None")
    try refuse(Sample(object: Sample.global("a", "b") + [0x4E, 0x52]), "in place of arguments")
  }

  @Test func refusesWhatTakesTooMuch() throws {
    try refuse(Sample(object: [UInt8](repeating: 0x28, count: 101)), "100 deep")
    try refuse(Sample(object: [0x4E] + [UInt8](repeating: 0x85, count: 101)), "100 deep")
    let call = [UInt8](repeating: 0x85, count: 60)
    try refuse(Sample(object: [0x5D] + Array(repeating: [0x4E] + call + [0x61], count: 3).joined() + call), "100 deep")
    try refuse(Sample(object: [UInt8](repeating: 0x4E, count: 1_000_001)), "1000000 opcodes")
    try refuse(Sample(object: [0x58, 0xFF, 0xFF, 0xFF, 0xFF]), "longer than 64 MiB")
    try refuse(Sample(object: [0x58, 0xFF, 0xFF, 0xFF, 0]), "truncated")
    try refuse(Sample(object: [0x63] + [UInt8](repeating: 0x41, count: 2000)), "1000 bytes")
    try refuse(Sample(object: [0x58, 1, 0, 0, 0, 0xFF]), "not UTF-8")
  }

  @Test func refusesStoragesThatAreNot() throws {
    try refuse(.weights(Sample.tensor(Sample.storage("module"))), "pickled model")
    try refuse(.weights(Sample.tensor(Sample.storage("file"))), "'file'")
    try refuse(.weights(Sample.tensor([0x4E, 0x51])), "None beside it")
    try refuse(.weights(Sample.tensor(Sample.storage(type: "QInt8Storage"))), "'torch.QInt8Storage'")
    try refuse(.weights(Sample.tensor(Sample.storage(view: Sample.tuple([Sample.text("8")])))), "torch 0.3")
    try refuse(.weights(Sample.tensor(Sample.storage(count: 3))), "has 2 numbers where 3 are")
    try refuse(.weights(Sample.tensor(Sample.storage(count: -1))), "impossible count -1")
    try refuse(.weights(Sample.tensor(Sample.storage(count: .max))), "impossible count")
    var sample = Sample.weights()
    sample.object = Sample.dictionary([
      ("a", Sample.tensor()), ("b", Sample.tensor(Sample.storage(type: "HalfStorage"))),
    ])
    try refuse(sample, "refers to storage '7'")
    sample = .weights(Sample.tensor(Sample.storage(count: 1 << 40)))
    sample.data = withUnsafeBytes(of: Int64(1 << 40).littleEndian) { Array($0) }
    try refuse(sample, "ends within its storage '7'")
  }

  @Test func refusesListsThatDiffer() throws {
    func altered(_ change: (inout Sample) -> Void) -> Sample {
      var sample = Sample.weights()
      change(&sample)
      return sample
    }
    try refuse(altered { $0.list = Sample.list([]) }, "'7' is missing")
    try refuse(altered { $0.list = Sample.list(["7", "8"]) }, "nothing refers to its storage '8'")
    try refuse(altered { $0.list = Sample.list(["7", "7"]) }, "lists storage '7' twice")
    try refuse(altered { $0.list = [0x4E] }, "lacks the list")
    try refuse(altered { $0.list = [0x5D, 0x28, 0x4E, 0x65] }, "holds None")
    try refuse(altered { $0.data += [0] }, "1 bytes follow")
    try refuse(altered { $0.data.removeLast() }, "truncated")
    try refuse(altered { $0.data.removeLast(9) }, "before its storage")
  }

  @Test func refusesViewsOutOfBounds() throws {
    for (offset, shape, strides) in [
      (1, [2], [1]), (-1, [2], [1]), (0, [3], [1]), (0, [2], [2]), (0, [-1], [1]), (0, [2], [-1]), (3, [0], [1]),
      (0, [2], [1, 1]), (0, [1 << 62, 4], [0, 0]), (0, [1 << 62, 1 << 62], [4, 4]), (.max, [1], [1]),
      (0, [Int](repeating: 1, count: 17), [Int](repeating: 1, count: 17)),
    ] {
      try refuse(.weights(Sample.tensor(offset: offset, shape: shape, strides: strides)), "does not lie in its storage")
    }
    try refuse(.weights(Sample.tensor(shape: [1 << 40], strides: [0])), "repeats the numbers")
    try refuse(
      .weights(Sample.tensor(function: Sample.global("torch._utils", "_rebuild_qtensor"))), "_rebuild_qtensor'")
    try refuse(.plain(Sample.dictionary([("a", Sample.integer(3))])), "'a' is a whole number and not a tensor")
  }

  @Test func refusesWhatIsNoStateDict() throws {
    try refuse(Sample(object: Sample.dictionary([("a", Sample.tensor()), ("a", Sample.tensor())])), "holds 'a' twice")
    try refuse(.plain(Sample.dictionary([])), "holds no tensor")
    try refuse(.plain(Sample.list(["7"])), "is a list and not a state dict")
    try refuse(
      .plain([0x7D, 0x4B, 1, 0x4E, 0x73]), "has a whole number for a name")
    let name = "a\u{1B}[31m" + String(repeating: "é", count: 5000)
    try refuse(.plain(Sample.dictionary([(name, [0x4E])])), "…' is None")
  }

  /// Every beginning of a file is refused with a sentence.
  @Test(arguments: ["state-legacy.pth", "state-zip.pth", "packed.whl"]) func refusesEveryBeginning(name: String) throws
  {
    let folder = try TemporaryDirectory()
    let whole = try Fixtures.bytes(name, in: "weights")
    let path = try folder.file("x.pth", whole)
    // Shortened byte by byte: thousands of files of their own would take a disk half a minute.
    for count in (0..<whole.count).reversed() {
      #expect(truncate(path, count) == 0)
      expectError(.malformed, mentions: [path]) {
        let file = try PyTorchFile(path: path)
        Issue.record("\(count) of \(whole.count) bytes were read as \(file.names)")
      }
    }
  }
}
