import Kernels
import Layers
import Networks
import Tensors
import Testing
import Threads

/// The tables of operations against the networks that are built.
@Suite struct OperationsTests {
  @Test(arguments: [32, 64, 128], [false, true])
  func multiplyAddsAreThoseOfTheNetworks(resolution: Int, isThin: Bool) throws {
    let generatorTable = try #require(
      GeneratorArchitecture.published(
        resolution: resolution, width: 8, attentionMap: isThin ? nil : 16, isSpectrallyNormalized: true, classes: 5,
        imageChannels: 3))
    let discriminatorTable = try #require(
      DiscriminatorArchitecture.published(
        resolution: resolution, width: 8, isThin: isThin, attentionMap: isThin ? nil : 16, isSpectrallyNormalized: true,
        head: isThin ? .classifier : .projection, classes: 5, imageChannels: 3))
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
