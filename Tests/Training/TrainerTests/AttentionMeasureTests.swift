import Configuration
import DataParallel
import Kernels
import Layers
import Networks
import Tensors
import Testing
import Threads
import Trainer

/// What a step measures of attention, against the weights of the passes that it makes.
@Suite struct AttentionMeasureTests {
  @Test func areMeansOverTheWeightsOfTheStepsOwnPasses() throws {
    let fixture = try Fixture("sagan")
    let trainer = try Trainer<Double>(fixture.configuration, replicas: .alone(), pool: WorkerPool(threads: 1))
    try fixture.restore(trainer)
    trainer.latents = RecordedLatents(fixture: fixture)
    let batches = try RecordedBatches<Double>(fixture)
    let (generator, discriminator) = (WeightsSeen(), WeightsSeen())
    (trainer.generator.context.observer, trainer.discriminator.context.observer) = (generator, discriminator)
    _ = try trainer.runStep(measuring: true, batches.next)
    let found = trainer.attention()
    let images = 2 * fixture.configuration.batch
    let passes = [
      ("generator", generator.seen.last), ("discriminator", discriminator.seen.first { $0.images == images }),
    ]
    #expect(found.count == 2)
    for (layer, (network, pass)) in zip(found, passes) {
      let pass = try #require(pass)
      #expect(layer.name == "\(network)/\(pass.layer)")
      #expect(abs(layer.spread.entropy - pass.entropy) < 1e-12 * pass.entropy)
      #expect(layer.spread.entropy > 0 && layer.spread.distance > 0.1)
    }
    let gammas = [trainer.generator.attentions[0].gamma(in: trainer.generator.context.weights)]
    #expect(found.first?.gamma == gammas[0] && gammas[0] != 0)
  }
}

/// The mean entropy of each pass that it is shown.
private final class WeightsSeen: PassObserver {
  var seen: [(layer: String, images: Int, entropy: Double)] = []

  let seesAttention = true

  func observe(_ gradient: Tensor<Double>, of range: Range<Int>, shard: Int) {}
  func observeEqualGradients(of range: Range<Int>, and other: Range<Int>) {}

  func observe(attention weights: Tensor<Double>, of name: String) {
    let entropy = weights.elements.reduce(0.0) { $0 - ($1 > 0 ? $1 * Double.logarithm($1) : 0) }
    seen.append((name, weights.shape[0], entropy / Double(weights.shape[0] * weights.shape[1])))
  }
}
