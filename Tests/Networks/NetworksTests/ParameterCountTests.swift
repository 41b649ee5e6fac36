import Kernels
import Layers
import Networks
import Tensors
import Testing
import Threads

/// The published parameter counts, with 1000 classes and 64 as the width multiplier unless said.
@Suite struct ParameterCountTests {
  private let pool = WorkerPool(threads: 1)

  private func generator(
    _ resolution: Int, attention: Int?, normalized: Bool = true, classes: Int = 1000
  ) throws -> Int {
    let table = try #require(
      GeneratorArchitecture.published(
        resolution: resolution, width: 64, attentionMap: attention, isSpectrallyNormalized: normalized,
        classes: classes, imageChannels: 3))
    return Generator<Float>(table, samples: 1, shards: 1, isTrained: false, pool: pool)
      .context.weights.parameters.layout.parameterCount
  }

  private func discriminator(
    _ resolution: Int, attention: Int?, thin: Bool = false,
    head: DiscriminatorArchitecture.Head = .projection, classes: Int = 1000
  ) throws -> Int {
    let table = try #require(
      DiscriminatorArchitecture.published(
        resolution: resolution, width: 64, isThin: thin, attentionMap: attention, isSpectrallyNormalized: true,
        head: head, classes: classes, imageChannels: 3))
    return Discriminator<Float>(table, samples: 1, shards: 1, isTrained: false, pool: pool)
      .context.weights.parameters.layout.parameterCount
  }

  @Test(
    arguments: [
      (128, 32, 1000, 42_078_852, 39_463_618), (128, 64, 1000, 42_017_412, 39_448_258),
      (128, nil, 1000, 41_996_931, 39_443_137), (64, 32, 1000, 41_577_732, 20_571_842),
    ] as [(Int, Int?, Int, Int, Int)])
  func sagan(resolution: Int, attention: Int?, classes: Int, g: Int, d: Int) throws {
    #expect(try generator(resolution, attention: attention, classes: classes) == g)
    #expect(try discriminator(resolution, attention: attention, classes: classes) == d)
  }

  @Test func saganAt32Pixels() throws {
    // The count's source puts the discriminator's attention on the 8 × 8 map; it has the same parameters on 16 × 16.
    #expect(try generator(32, attention: 16, classes: 10) == 4_386_308)
    #expect(try discriminator(32, attention: 16, classes: 10) == 1_075_586)
  }

  @Test func snganProjection() throws {
    #expect(try generator(32, attention: nil, normalized: false, classes: 10) == 4_304_387)
    #expect(try discriminator(32, attention: nil, thin: true, classes: 10) == 1_055_105)
    #expect(try discriminator(128, attention: nil, thin: true) == 30_041_857)
  }

  @Test func auxiliaryClassifier() throws {
    #expect(try discriminator(128, attention: nil, thin: true, head: .classifier) == 30_042_857)
    #expect(try discriminator(32, attention: nil, thin: true, head: .classifier, classes: 10) == 1_055_115)
  }

  @Test func attentionOnEveryMap() throws {
    for map in [8, 16, 32, 64, 128] { #expect(try generator(128, attention: map) > 41_996_931) }
    for map in [64, 32, 16, 8, 4] { #expect(try discriminator(128, attention: map) > 39_443_137) }
  }
}
