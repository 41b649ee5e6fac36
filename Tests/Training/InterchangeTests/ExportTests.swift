import Checkpoints
import Configuration
import Files
import Formats
import Foundation
import Interchange
import TestSupport
import Testing

/// What is exported, read back by our own readers.
@Suite struct ExportTests {
  private func numbers(_ path: String) throws -> [String: [Float]] {
    let file = try PyTorchFile(path: path)
    return Dictionary(uniqueKeysWithValues: try file.names.map { ($0, try file.floats($0)) })
  }

  private func export(
    _ target: ExportTarget, _ checkpoint: Checkpoint, to path: String, isForced: Bool = false
  ) throws -> [String] {
    try ExportRun(checkpoint).write(target, to: path, isForced: isForced) { path in
      try OutputFile.write([1], to: path, isForced: isForced)
    }
  }

  /// Import and export give the peer's own numbers, but for u0, from which the peer finds the same σ.
  @Test(arguments: [("D.pth", "biggan/D"), ("D_thin.pth", "biggan-thin/D")])
  func roundTrip(discriminator: String, expected: String) throws {
    let fixture = try InterchangeFixture(["G.pth": "G.pth", "G_ema.pth": "G_ema.pth", discriminator: "D.pth"])
    let (checkpoint, _) = try fixture.imported(.bigGAN, "G.pth")
    let lines = try export(.bigGAN, checkpoint, to: fixture.path("back"))
    #expect(lines.count == 1, "no spectral norm comes out otherwise: \(lines)")
    for option in ["--G_ch 2", "--D_ch 1", "--G_attn 16", "--D_attn 0", "--dim_z 4"] {
      #expect(lines[0].contains(option))
    }
    #expect(lines[0].contains("--D_thin") == (discriminator == "D_thin.pth"))
    for name in ["G", "G_ema", "D"] {
      let (before, after) = (try numbers(fixture.path(name + ".pth")), try numbers(fixture.path("back/\(name).pth")))
      #expect(Set(before.keys) == Set(after.keys), "\(name).pth")
      for (tensor, values) in before where !tensor.hasSuffix(".u0") && !tensor.hasSuffix(".sv0") {
        #expect(values == after[tensor], "\(tensor) of \(name).pth")
      }
    }
    // What the peer makes of the vectors is what they were made for: imported again, all networks compute the same.
    let (again, _) = try fixture.imported(.bigGAN, "back/G.pth", out: "again")
    let logits = try InterchangeFixture.logits(
      again, images: InterchangeFixture.images, labels: InterchangeFixture.labels)
    let wanted = try fixture.expected(expected + "/logits")
    #expect(InterchangeFixture.difference(of: logits, and: wanted) < 1e-4 * wanted.reduce(1) { max($0, abs($1)) })
    for (file, name) in [("generator", "biggan/G"), ("generator-average", "biggan/G_ema")] {
      let images = try InterchangeFixture.images(
        again, file: file, latents: try fixture.expected(name + "/latents"), labels: InterchangeFixture.labels)
      #expect(
        InterchangeFixture.difference(of: images, from: try fixture.expected(name + "/pixels"))
          < InterchangeFixture.tolerance)
    }
  }

  /// Our own files come back to the bit.
  @Test func ownFilesComeBack() throws {
    let fixture = try InterchangeFixture(["netG_100_steps.pth": "netG.pth", "netD_100_steps.pth": "netD.pth"])
    let (checkpoint, _) = try fixture.imported(
      .mimicry, "netG.pth", discriminator: .file(fixture.path("netD.pth")))
    _ = try export(.pyTorch, checkpoint, to: fixture.path("own"))
    // Names and shapes of tensors do not tell how maps are upsampled, nor what shortcuts read.
    let (again, _) = try fixture.imported(
      .sagan, "own/generator.pth",
      settings: ["generator-upsampling=bilinear", "discriminator-shortcut=rectified"], out: "again")
    for name in ["generator", "generator-average", "discriminator"] {
      let files = try [checkpoint, again].map { try SafetensorsFile(path: "\($0.path)/\(name).safetensors") }
      #expect(files[0].names == files[1].names)
      for tensor in files[0].names { #expect(try files[0].floats(tensor) == files[1].floats(tensor), "\(tensor)") }
    }
    #expect(try again.configuration().generator == checkpoint.configuration().generator)
    #expect(try again.configuration().discriminator == checkpoint.configuration().discriminator)
  }

  @Test func theClassIsTheDocumentedOne() throws {
    let fixture = try InterchangeFixture(["G_ema.pth": "G_ema.pth"])
    let (checkpoint, _) = try fixture.imported(.bigGAN, "G_ema.pth")
    _ = try export(.pyTorch, checkpoint, to: fixture.path("own"))
    let document = #filePath.components(separatedBy: "/Tests/")[0] + "/docs/pytorch_generator.py"
    let text = try String(contentsOfFile: document, encoding: .utf8)
    #expect(try fixture.folder.text("own/pytorch_generator.py") == text)
    #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 101)
  }

  @Test func refusals() throws {
    let fixture = try InterchangeFixture([
      "G.pth": "G.pth", "D.pth": "D.pth", "netG_100_steps.pth": "netG.pth", "netD_100_steps.pth": "netD.pth",
    ])
    let (mimicry, _) = try fixture.imported(
      .mimicry, "netG.pth", discriminator: .file(fixture.path("netD.pth")), out: "mimicry")
    expectError(78, mentions: ["generator-upsampling bilinear", "BigGAN-PyTorch", "--to pytorch"]) {
      try export(.bigGAN, mimicry, to: fixture.path("out"))
    }
    #expect(!FileManager.default.fileExists(atPath: fixture.path("out")))
    let (checkpoint, _) = try fixture.imported(.bigGAN, "G.pth")
    for target in ExportTarget.allCases where target != .onnx {
      _ = try export(target, checkpoint, to: fixture.path(target.rawValue))
      let before = try fixture.folder.contents(target.rawValue)
      expectError(73, mentions: [target.rawValue, "--force"]) {
        try export(target, checkpoint, to: fixture.path(target.rawValue))
      }
      _ = try export(target, checkpoint, to: fixture.path(target.rawValue), isForced: true)
      #expect(try fixture.folder.contents(target.rawValue) == before, "the same bytes again: \(target)")
    }
    expectError(73, mentions: ["among the files of a checkpoint"]) {
      try export(.bigGAN, checkpoint, to: checkpoint.path)
    }
  }

  /// A model's bytes, against a parser of the wire format: fields, and the numbers of a constant.
  @Test func onnxIsWellFormed() throws {
    let fixture = try InterchangeFixture(["G.pth": "G.pth"])
    let (checkpoint, _) = try fixture.imported(.bigGAN, "G.pth", discriminator: .none)
    _ = try export(.onnx, checkpoint, to: fixture.path("g.onnx"))
    let model = try Wire.fields(try fixture.folder.content("g.onnx")[...])
    #expect(model.map(\.number) == [1, 2, 3, 8, 14, 14, 14, 7])
    let graph = try Wire.fields(try #require(model.last).bytes)
    let operators = try graph.filter { $0.number == 1 }.map { node in
      String(decoding: try #require(try Wire.fields(node.bytes).first { $0.number == 4 }).bytes, as: UTF8.self)
    }
    #expect(operators.count { $0 == "Conv" } == 3 * 3 + 4 + 1 && operators.count { $0 == "Gather" } == 12)
    #expect(operators.first == "Gemm" && operators.last == "Tanh")
    let constants = try graph.filter { $0.number == 5 }.map { try Wire.fields($0.bytes) }
    let bias = try #require(
      constants.first { fields in fields.contains { $0.number == 8 && Array($0.bytes) == Array("to_image.bias".utf8) } }
    )
    let bytes = Array(try #require(bias.first { $0.number == 9 }).bytes)
    let values = bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    #expect(values == (try numbers(fixture.path("G.pth"))["output_layer.2.bias"]))
  }

  /// Fields of a message of protocol buffers.
  private enum Wire {
    struct Field {
      let number: Int
      let bytes: ArraySlice<UInt8>
    }

    struct Fault: Error {}

    static func fields(_ bytes: ArraySlice<UInt8>) throws -> [Field] {
      var (rest, result) = (bytes, [Field]())
      func varint() throws -> Int {
        var (value, places) = (0, 0)
        while let byte = rest.popFirst() {
          value |= Int(byte & 0x7F) << places
          if byte < 0x80 { return value }
          places += 7
        }
        throw Fault()
      }
      while !rest.isEmpty {
        let key = try varint()
        switch key & 7 {
        case 0:
          _ = try varint()
          result.append(Field(number: key >> 3, bytes: []))
        case 2:
          let count = try varint()
          guard count <= rest.count else { throw Fault() }
          result.append(Field(number: key >> 3, bytes: rest.prefix(count)))
          rest = rest.dropFirst(count)
        default: throw Fault()
        }
      }
      return result
    }
  }
}
