import Kernels
import Layers
import Networks
import Tensors
import Testing
import Threads

/// The tables of operations against the networks that are built.
@Suite struct OperationsTests {
  /// Multiply-adds of the published networks, as they were counted before tables had rows.
  @Test(
    arguments: [
      (128, false, 32, 8_762_949_632, 4_634_445_824), (64, false, 32, 6_903_300_096, 1_094_649_856),
      (32, false, 16, 1_638_662_144, 275_480_832), (128, true, nil, 8_637_120_512, 2_780_563_456),
    ] as [(Int, Bool, Int?, Int, Int)])
  func multiplyAddsOfPublishedNetworks(resolution: Int, isThin: Bool, attention: Int?, g: Int, d: Int) throws {
    let maps = attention.map { [$0] } ?? []
    let generator = try #require(
      GeneratorArchitecture.published(
        resolution: resolution, width: 64, attentionMaps: maps, isSpectrallyNormalized: true, classes: 1000,
        imageChannels: 3))
    let discriminator = try #require(
      DiscriminatorArchitecture.published(
        resolution: resolution, width: 64, isThin: isThin, attentionMaps: maps, isSpectrallyNormalized: true,
        head: .projection, classes: 1000, imageChannels: 3))
    #expect(generator.operations.reduce(0) { $0 + $1.multiplyAdds } == g)
    #expect(discriminator.operations.reduce(0) { $0 + $1.multiplyAdds } == d)
  }

  @Test(
    arguments: [32, 64, 128], [(false, .attention), (false, .residual), (true, .attention)] as [(Bool, AttentionKind)])
  func operationsAreThoseOfTheNetworks(resolution: Int, variant: (isThin: Bool, kind: AttentionKind)) throws {
    let (isThin, kind) = variant
    var generatorTable = try #require(
      GeneratorArchitecture.published(
        resolution: resolution, width: 8, attentionMaps: isThin ? [] : [8, 16], isSpectrallyNormalized: true,
        classes: 5,
        imageChannels: 3))
    var discriminatorTable = try #require(
      DiscriminatorArchitecture.published(
        resolution: resolution, width: 8, isThin: isThin, attentionMaps: isThin ? [] : [8, 16],
        isSpectrallyNormalized: true,
        head: isThin ? .classifier : .projection, classes: 5, imageChannels: 3))
    (generatorTable.attentionKind, discriminatorTable.attentionKind) = (kind, kind)
    let pool = WorkerPool(threads: 1)
    let generator = Generator<Float>(generatorTable, samples: 1, shards: 1, isTrained: false, pool: pool)
    let discriminator = Discriminator<Float>(discriminatorTable, samples: 1, shards: 1, isTrained: false, pool: pool)
    #expect(generatorTable.operations.reduce(0) { $0 + $1.multiplyAdds } == generator.multiplyAdds)
    #expect(discriminatorTable.operations.reduce(0) { $0 + $1.multiplyAdds } == discriminator.multiplyAdds)
    let convolutions = [generatorTable.operations, discriminatorTable.operations].map { operations in
      operations.filter {
        switch $0.kind {
        case .convolution, .linear, .projection: true
        default: false
        }
      }.map(\.name)
    }
    for weights in [generator.spectralWeights.map(\.range), discriminator.spectralWeights.map(\.range)] {
      #expect(zip(weights, weights.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound }, "in the order of places")
    }
    #expect(Set(convolutions[0]) == Set(generator.spectralWeights.map(\.name)))
    #expect(Set(convolutions[1]) == Set(discriminator.spectralWeights.map(\.name)))
  }
}
