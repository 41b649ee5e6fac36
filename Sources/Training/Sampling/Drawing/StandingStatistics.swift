internal import Layers
internal import Networks
internal import Tensors
internal import Trainer

extension Sampler {
  /// Replaces the running statistics of batch norm by those of batches like the samples: BigGAN's standing statistics.
  ///
  /// The generator makes whole batches, normalized by their own statistics as in training, of random classes and of latent
  /// vectors that are truncated as those of the samples are; means and unbiased variances are averaged over all of them
  /// (Brock, Donahue and Simonyan 2019). The running ones have followed other weights, and vectors without truncation.
  ///
  /// - Parameters:
  ///   - passes: How many batches.
  ///   - batch: Images of a batch.
  ///   - shards: Equal parts of a batch that are normalized apart.
  ///   - report: Is told of batches that are done.
  package func useStandingStatistics(
    passes: Int, batch: Int, shards: Int, report: (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) {
    let (context, architecture) = (generator.context, generator.architecture)
    // One shard is in memory at a time. Its statistics are kept where gradients are, which take no memory as long as nobody
    // writes them.
    let size = batch / shards
    let maker = Generator<Float>(
      architecture, samples: size, shards: 1, weights: context.weights, isTrained: true, pool: context.pool,
      convolutionAlgorithm: convolutions)
    let workspace = Workspace()
    defer { withExtendedLifetime(workspace) {} }
    let latents: Tensor<Float> = workspace.tensor(Shape(size, architecture.latentSize))
    let labels = workspace.buffer(size, of: Int32.self)
    var sums = [Double](repeating: 0, count: context.weights.statistics.values.count)
    for pass in 0..<passes {
      for shard in 0..<shards {
        for n in 0..<size {
          let number = shard * size + n
          vectors.fill(latents[rows: n..<n + 1], .standingLatents, pass, number)
          var stream = RandomStream(
            seed: vectors.seed, purpose: .standingLabels, update: UInt32(pass), sample: UInt32(number))
          labels[n] = Int32(stream.index(below: architecture.classes))
        }
        _ = maker.forward(latents, labels: Labels(labels))
        maker.sumBatchStatistics()
        for (place, value) in maker.context.batchStatistics.values.enumerated() { sums[place] += Double(value) }
      }
      report(pass + 1, passes)
    }
    for place in sums.indices {
      context.weights.statistics.values[place] = Float(sums[place] / Double(passes * shards))
    }
  }
}
