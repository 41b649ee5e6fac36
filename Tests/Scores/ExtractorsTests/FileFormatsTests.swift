import Extractors
import Files
import Formats
import TestSupport
import Testing

@Suite("Formats of weights") struct FileFormatsTests {
  @Test("weights are read from a safetensors file as from anywhere else, and named by its SHA-256")
  func safetensors() throws {
    let folder = try TemporaryDirectory()
    let network = FeatureNetwork.lite0(divisor: 8)
    let weights = HashedWeights(tensors: network.tensors)
    var writer = SafetensorsWriter()
    for tensor in network.tensors {
      let numbers = try weights.singles(tensor.name)
      writer.add(tensor.name, shape: tensor.shape) { numbers }
    }
    let path = folder.path + "/lite0.safetensors"
    _ = try writer.write(to: OutputFile(path: path))
    let file = try WeightsFiles.open(path: path)
    let extractor = try NetworkExtractor(network, file, size: 57, threads: 1)
    #expect(extractor.digest == (try file.sha256()) && extractor.digest.count == 64)
    #expect(extractor.digest != network.publishedDigest)
    let found = try ExtractedFeatures(network, size: 57, pictures: 1)
    #expect(try ExtractedFeatures(network, weights: file, size: 57, pictures: 1).features == found.features)
  }
}
