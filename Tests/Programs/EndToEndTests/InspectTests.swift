import Formats
import Files
import Foundation
import Testing

/// `sagan inspect`: what it says about runs, checkpoints and single files, and what it refuses.
@Suite struct Inspections {
  private let scratch: Scratch
  private static let step = "run/checkpoints/step-00000004"

  /// A run of four steps in `run`, with two checkpoints.
  init() throws {
    scratch = try Scratch()
    try scratch.trainRun("checkpoint-every=2", "log-every=1", "initial-gamma=0.25", "beta1=0.5")
  }

  private func inspect(_ name: String, _ more: [String] = [], ranks: Int? = nil) throws -> Outcome {
    let before = try scratch.tree()
    let outcome = try Program.run(["inspect", scratch.at(name)] + more, ranks: ranks)
    try expectUntouched(scratch, since: before)
    return outcome
  }

  /// The words of each line that begins with one of them.
  private func rows(_ outcome: Outcome, beginning word: String) -> [[String]] {
    outcome.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }.filter { $0.first == word }
  }

  @Test(arguments: [nil, 2]) func aRun(ranks: Int?) throws {
    let outcome = try inspect("run", ranks: ranks)
    expectSuccess(outcome)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    for (start, words) in [
      ("checkpoint ", "/run/checkpoints/step-00000004"), ("checkpoints of the run ", "2"), ("step ", "4"),
      ("updates ", "generator 4, discriminator 4"), ("classes ", "red disc"), ("  beta1 ", "0.5"),
      ("last metrics ", "{\"step\":4,"), ("generator.safetensors: ", "21,796 parameters"),
      ("generator-average.safetensors: ", "21,796 parameters"), ("discriminator.safetensors: ", "4,586 parameters"),
      // First and second moments of both networks.
      ("state.safetensors: ", "52,764 numbers"),
    ] {
      let matching = lines.filter { $0.hasPrefix(start) && $0.contains(words) }
      #expect(matching.count == 1, "'\(start)…\(words)' once; \(outcome.description)")
    }
    #expect(!outcome.output.contains("NOT FINITE") && !outcome.output.contains("STALE"))
  }

  @Test(arguments: ["run/checkpoints", "run/checkpoints/latest"]) func theNewestCheckpoint(path: String) throws {
    let outcome = try inspect(path)
    expectSuccess(outcome)
    #expect(outcome.output == (try inspect("run")).output)
  }

  @Test func aCheckpointSaysNothingOfTheRest() throws {
    let outcome = try inspect("run/checkpoints/step-00000002")
    expectSuccess(outcome)
    #expect(rows(outcome, beginning: "step") == [["step", "2"]])
    #expect(!outcome.output.contains("last metrics") && !outcome.output.contains("checkpoints of the run"))
  }

  @Test func numbersOfEveryTensor() throws {
    let outcome = try inspect(Self.step, ["--json"])
    expectSuccess(outcome)
    let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
    #expect(report.manifest.step == 4 && report.manifest.settings["width"] == "4")
    #expect(
      report.files.map(\.name)
        == ["discriminator", "generator-average", "generator", "state"].map { $0 + ".safetensors" }
    )
    for summary in report.files {
      let file = try SafetensorsFile(path: scratch.at(Self.step + "/" + summary.name))
      #expect(summary.tensors.map(\.name) == file.names.sorted())
      for tensor in summary.tensors {
        let numbers = try file.floats(tensor.name, shape: tensor.shape).map { Double($0) }
        let norm = numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
        #expect(abs(tensor.norm - norm) <= 1e-12 * norm, "\(tensor.name)")
        #expect(tensor.largest == numbers.map(abs).max() && tensor.nonfinite == 0, "\(tensor.name)")
      }
    }
    #expect(report.files.map(\.spectra.count) == [16, 15, 15, 0])
    for spectrum in report.files.flatMap(\.spectra) {
      #expect(abs(spectrum.sigma - spectrum.product) < 1e-5 * spectrum.sigma, "\(spectrum)")
      #expect(spectrum.norm >= 0.999999 * spectrum.sigma && spectrum.norm < 2 * spectrum.sigma, "\(spectrum)")
    }
    let text = try inspect(Self.step)
    #expect(rows(text, beginning: "γ").count == 3)
    #expect(rows(text, beginning: "γ").allSatisfy { $0.count == 4 && abs((Double($0[3]) ?? 0) - 0.25) < 0.01 })
  }

  @Test func aSingleFile() throws {
    let outcome = try inspect(Self.step + "/generator.safetensors")
    expectSuccess(outcome)
    #expect(outcome.output.contains("21,796 parameters") && !outcome.output.contains("discriminator"))
    #expect(rows(outcome, beginning: "linear.weight").map { $0[1...2] } == [["F32", "256×16"]])
  }

  @Test func numbersThatAreNone() throws {
    var writer = SafetensorsWriter()
    writer.add("bad", shape: [2, 2]) { [3, .nan, -.infinity, 4] as [Float] }
    writer.add("good", shape: []) { [-7] as [Int32] }
    try writer.write(to: try OutputFile(path: scratch.at("file"), isForced: true))
    let outcome = try inspect("file")
    expectSuccess(outcome)
    #expect(rows(outcome, beginning: "bad") == [["bad", "F32", "2×2", "5", "4", "NOT", "FINITE"]])
    #expect(rows(outcome, beginning: "good") == [["good", "I32", "scalar", "7", "7"]])
    #expect(outcome.output.contains("\nNOT FINITE: 2 of 4 numbers of bad in "))
  }

  /// A diagonal weight with singular values 2 and 1: every number of the table is known.
  @Test(arguments: [Float(2), 3]) func aSpectralNorm(sigma: Float) throws {
    var writer = SafetensorsWriter()
    writer.add("layer.weight", shape: [2, 3, 1, 1]) { [2, 0, 0, 0, 1, 0] as [Float] }
    writer.add("layer.u", shape: [2]) { [0.8, 0.6] as [Float] }
    writer.add("layer.v", shape: [3]) { [1, 0, 0] as [Float] }
    writer.add("layer.sigma", shape: [1]) { [sigma] as [Float] }
    try writer.write(to: try OutputFile(path: scratch.at("file"), isForced: true))
    let outcome = try inspect("file")
    expectSuccess(outcome)
    let row = try #require(rows(outcome, beginning: "layer").first)
    #expect(row == ["layer", sigma == 2 ? "2" : "3", "1.6", "2", sigma == 2 ? "1" : "1.5", "STALE"])
    #expect(outcome.output.contains("STALE: the stored σ of layer in "))
  }

  @Test func whatIsDamagedIsNamed() throws {
    let name = Self.step + "/discriminator.safetensors"
    var bytes = try scratch.bytes(name)
    bytes[bytes.count - 5] ^= 1
    try scratch.write(bytes, to: name)
    expectSentence(
      try inspect(Self.step), code: 65, ["discriminator.safetensors", "checksum", "use another checkpoint"])
    // Alone, a file has no checksum to go by; cut short, it is none.
    expectSuccess(try inspect(name))
    try scratch.write(bytes.dropLast(3), to: name)
    expectSentence(try inspect(name), code: 65, ["discriminator.safetensors", "truncated"])
    try scratch.remove(Self.step + "/manifest.json")
    expectSentence(try inspect(Self.step), code: 66, ["manifest.json"])
  }

  @Test(arguments: ["nowhere", "run/nowhere", "run/samples"]) func nothingToInspect(path: String) throws {
    for ranks in [nil, 2] { expectSentence(try inspect(path, ranks: ranks), code: 66, ["/" + path, "checkpoint"]) }
  }

  @Test func filesOfOtherKinds() throws {
    for name in ["run/samples/step-00000004.png", "run/config.yaml", "run/metrics.jsonl"] {
      expectSentence(try inspect(name), code: 65, [name, "safetensors"])
    }
    expectSentence(try Program.run(["inspect"]), code: 64, ["path"])
  }

  /// The JSON, in what the tests look at.
  private struct Report: Decodable {
    struct Manifest: Decodable {
      let step: Int
      let settings: [String: String]
    }
    struct File: Decodable {
      struct Tensor: Decodable {
        let name: String
        let shape: [Int]
        let norm, largest: Double
        let nonfinite: Int
      }
      struct Spectrum: Decodable { let sigma, product, norm: Double }
      let name: String
      let tensors: [Tensor]
      let spectra: [Spectrum]
    }
    let manifest: Manifest
    let files: [File]
  }
}
