import Extractors
import Formats
import Tensors
import TestSupport
import Testing
import Threads

/// Features and logits of hashed pictures by an extractor with hashed weights.
struct ExtractedFeatures {
  let features: [Float]
  let logits: [Float]

  init(
    _ network: FeatureNetwork, weights: (any WeightsFile)? = nil, tap: Int? = nil, size: Int, pictures count: Int,
    of drawn: Range<Int>? = nil,
    threads: Int = 1
  ) throws {
    let extractor = try NetworkExtractor(
      network, weights ?? HashedWeights(tensors: network.tensors), tap: tap, size: size, threads: threads)
    let drawn = drawn ?? 0..<count
    let source = Workspace()
    let images: Tensor<Float> = source.tensor(Shape(drawn.count, size, size, 3))
    let pictures = HashedWeights.pictures(count * size * size * 3)
    for i in 0..<images.count { images.base[i] = pictures[drawn.lowerBound * size * size * 3 + i] }
    let features: Tensor<Float> = source.tensor(Shape(drawn.count, extractor.featureCount))
    let logits: Tensor<Float>? = extractor.logitCount.map { source.tensor(Shape(drawn.count, $0)) }
    // Twice: what the first pass leaves in memory must not matter.
    for _ in 0..<2 {
      extractor.extract(images, features: features, logits: logits, pool: WorkerPool(threads: threads))
    }
    self.features = Array(features.elements)
    self.logits = logits.map { Array($0.elements) } ?? []
    withExtendedLifetime(source) {}
  }
}

@Suite("Features") struct FeaturesTests {
  /// The length of the difference, relative to that of what is expected: as the fixtures' metadata measure it.
  private func error(_ found: [Float], _ expected: [Double]) -> Double {
    guard found.count == expected.count else { return .infinity }
    return length(of: zip(found, expected).map { Double($0) - $1 }) / length(of: expected)
  }

  @Test(
    "reduced networks meet float64 within twice the error of PyTorch's float32",
    arguments: ["inception", "inception-half", "lite0"])
  func meetsFixture(_ name: String) throws {
    let folder = try TemporaryDirectory()
    let file = try SafetensorsFile(
      path: try folder.file("fixture.safetensors", try Fixtures.bytes("\(name).safetensors", in: "features")))
    let divisor = Int(file.metadata["divisor"] ?? "") ?? 0
    let network: FeatureNetwork =
      file.metadata["network"] == "lite0" ? .lite0(divisor: divisor) : .inception(divisor: divisor)
    let (size, count) = (Int(file.metadata["size"] ?? "") ?? 0, try file.shape(of: "features")[0])
    let found = try ExtractedFeatures(network, size: size, pictures: count)
    for (key, numbers) in [("features", found.features), ("logits", found.logits)] {
      let bound = 2 * (Double(file.metadata["float32 \(key)"] ?? "") ?? 0)
      #expect(error(numbers, try file.doubles(key)) <= bound)
    }
    for tap in file.names.compactMap({ Int($0) }) {
      let bound = 2 * (Double(file.metadata["float32 \(tap)"] ?? "") ?? 0)
      let found = try ExtractedFeatures(network, tap: tap, size: size, pictures: count)
      #expect(found.logits.isEmpty)
      #expect(error(found.features, try file.doubles("\(tap)")) <= bound)
    }
  }

  @Test("the logits' bias is that of the file")
  func bias() throws {
    let network = FeatureNetwork.lite0(divisor: 8)
    let weights = HashedWeights(tensors: network.tensors)
    let extractor = try NetworkExtractor(network, weights, size: 57, threads: 1)
    #expect(extractor.logitBias == (try weights.singles("_fc.bias")))
    #expect(extractor.logitCount == 125 && extractor.featureCount == 160)
    #expect((extractor.name, extractor.digest) == ("lite0", "hashed"))
  }

  @Test(
    "a picture's features have the same bits alone, among others and on any number of threads",
    arguments: [(FeatureNetwork.inception(divisor: 8), 75), (.lite0(divisor: 8), 57)])
  func sameBits(_ network: FeatureNetwork, _ size: Int) throws {
    let all = try ExtractedFeatures(network, size: size, pictures: 5)
    for threads in [2, 3] {
      let shared = try ExtractedFeatures(network, size: size, pictures: 5, threads: threads)
      #expect(shared.features == all.features && shared.logits == all.logits)
    }
    let (d, classes) = (all.features.count / 5, all.logits.count / 5)
    for drawn in [1..<2, 3..<5] {
      let some = try ExtractedFeatures(network, size: size, pictures: 5, of: drawn)
      #expect(some.features == Array(all.features[drawn.lowerBound * d..<drawn.upperBound * d]))
      #expect(some.logits == Array(all.logits[drawn.lowerBound * classes..<drawn.upperBound * classes]))
    }
    #expect(all.features.contains { $0 > 0 } && all.features[..<d] != all.features[d..<2 * d])
  }
}
