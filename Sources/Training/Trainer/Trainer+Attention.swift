internal import Configuration
public import Kernels
internal import Layers
internal import Networks
internal import Tensors

/// One layer's attention in a step.
public struct LayerAttention: Sendable, Equatable {
  /// `generator` or `discriminator`, and the layer's name: `generator/block1.attention`.
  public let name: String
  /// The factor of the attended map, after the step.
  public let gamma: Double
  /// How the weights were spread: means over images and queries.
  public let spread: AttentionSpread.Measures

  /// The numbers by their names in `metrics.jsonl`.
  var metrics: [(name: String, value: Double)] {
    [
      ("attention/gamma/" + name, gamma), ("attention/entropy/" + name, spread.entropy),
      ("attention/distance/" + name, spread.distance),
    ]
  }
}

/// Attention is measured in the passes that train, while they are made, and summed over shards and ranks as losses are.
extension Trainer {
  /// The attention of each layer in the last step, which has measured it: the generator's in its update, the discriminator's in its
  /// last update, over real and generated images.
  package func attention() -> [LayerAttention] {
    report(
      "generator", generator.attentions, generator.context, buffers.generatorAttention, configuration.generatorBatch)
      + report(
        "discriminator", discriminator.attentions, discriminator.context, buffers.discriminatorAttention,
        2 * configuration.batch)
  }

  private func report(
    _ network: String, _ layers: [SelfAttention<Scalar>], _ context: NetworkWorkspace<Scalar>,
    _ sums: UnsafeMutableBufferPointer<AttentionSpread.Measures>, _ images: Int
  ) -> [LayerAttention] {
    zip(layers, sums).map { layer, sum in
      LayerAttention(
        name: "\(network)/\(layer.name)", gamma: Double(layer.gamma(in: context.weights)),
        spread: .init(entropy: sum.entropy / Double(images), distance: sum.distance / Double(images)))
    }
  }

  /// Keeps what a forward pass of a group of shards has measured, for each shard and layer.
  ///
  /// - Parameters:
  ///   - layers: Those of the network that made the pass.
  ///   - pass: The group.
  ///   - perShard: Images of a shard in that pass.
  func takeMeasures(of layers: [SelfAttention<Scalar>], _ pass: Pass, perShard: Int) {
    for shard in 0..<shardsAtOnce {
      // Not `enumerated()`, whose iterator allocates where it is not specialized.
      for index in layers.indices {
        buffers.attention[index * localShards.count + pass.firstShard + shard] =
          layers[index].spread(ofSamples: shard * perShard..<(shard + 1) * perShard)
      }
    }
  }

  /// The sum over shards of this rank, along the canonical tree.
  func attentionSum(ofLayer layer: Int, _ shards: Range<Int>) -> AttentionSpread.Measures {
    if shards.count == 1 { return buffers.attention[layer * localShards.count + shards.lowerBound] }
    let middle = shards.lowerBound + ReductionTree.leftCount(of: shards.count)
    var sum = attentionSum(ofLayer: layer, shards.lowerBound..<middle)
    sum += attentionSum(ofLayer: layer, middle..<shards.upperBound)
    return sum
  }
}
