import Extractors
import Files
import Formats
import TestSupport
import Testing

@Suite("Files of weights") struct WeightsFileTests {
  // The digests are those of `sha256sum`; the lengths are around a block's end, and more than one read.
  @Test(
    "a file is named by its SHA-256",
    arguments: [
      (3, "1e4c2ed055bc5574ae10934cfa1941129a4d507170289ffd20b83819206c950e"),
      (55, "4802b5eaf924dc0bd7b2673490ec11888b61e71ab6cd4050524c7dd3d1c41234"),
      (56, "854250c6db324e73314f4b28f2edad31cbb26626b95c94545945038e108329e3"),
      (64, "2cc56950ddadc2ddc91ce4fc7ab2a575d12a84ea401c76fd74e9b99bde3bbedf"),
      (1_048_577, "dd5caf4bb2eb7924f11c2ca5b54d7bc4b22534b723e71e64048df22d963d7536"),
    ])
  func digests(_ padding: Int, _ digest: String) throws {
    let folder = try TemporaryDirectory()
    // An empty safetensors file, whose header may end in spaces.
    let count = max(padding, 2)
    let header = withUnsafeBytes(of: UInt64(count).littleEndian) { Array($0) }
    let path = try folder.file(
      "weights", header + Array("{}".utf8) + [UInt8](repeating: 32, count: count - 2))
    #expect(try WeightsFile(path: path).digest == digest)
  }

  @Test("weights are read from a safetensors file as from anywhere else")
  func reads() throws {
    let folder = try TemporaryDirectory()
    let network = FeatureNetwork.lite0(divisor: 8)
    let weights = HashedWeights(tensors: network.tensors)
    var writer = SafetensorsWriter()
    for tensor in network.tensors {
      let numbers = try weights.numbers(of: tensor.name)
      writer.add(tensor.name, shape: tensor.shape) { numbers }
    }
    let path = folder.path + "/lite0.safetensors"
    _ = try writer.write(to: OutputFile(path: path))
    let file = try WeightsFile(path: path)
    #expect(!file.isPublished(for: network))
    let found = try ExtractedFeatures(network, size: 57, pictures: 1)
    #expect(try ExtractedFeatures(network, weights: file.tensors, size: 57, pictures: 1).features == found.features)
  }
}
