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
        resolution: resolution, width: 64, attentionMaps: attention.map { [$0] } ?? [],
        isSpectrallyNormalized: normalized,
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
        resolution: resolution, width: 64, isThin: thin, attentionMaps: attention.map { [$0] } ?? [],
        isSpectrallyNormalized: true,
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

  /// Of the maps that Table 1 of the SAGAN paper compares at 128 × 128, those of both networks.
  @Test func residualControlsHaveAttentionsNumberOfParameters() throws {
    var table = try #require(
      GeneratorArchitecture.published(
        resolution: 128, width: 64, attentionMaps: [8, 16, 32, 64], isSpectrallyNormalized: true, classes: 1000,
        imageChannels: 3))
    #expect(table.controls.isEmpty)
    let attentions = table.parameterCount
    table.attentionKind = .residual
    let controls = table.controls
    #expect(controls.map(\.name) == ["block0.residual", "block1.residual", "block2.residual", "block3.residual"])
    #expect(controls.map(\.map.side) == [8, 16, 32, 64])
    #expect(controls.map(\.parameters) == [1_307_536, 326_884, 81_721, 20_880])
    #expect(controls.map(\.attentionParameters) == [1_310_721, 327_681, 81_921, 20_481])
    #expect(controls.allSatisfy { abs($0.deviation) < 0.02 })
    #expect(table.parameterCount - attentions == controls.reduce(0) { $0 + $1.parameters - $1.attentionParameters })
    let built = Generator<Float>(table, samples: 1, shards: 1, isTrained: false, pool: pool)
    #expect(built.context.weights.parameters.layout.parameterCount == table.parameterCount)
  }
}
