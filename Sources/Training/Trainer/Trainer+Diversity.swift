internal import Configuration
internal import Networks
internal import Tensors

extension Trainer {
  /// How far two generated images of one class are apart.
  ///
  /// The root mean square of the difference of their pixels, which go from −1 to 1, over pairs of the first shard: it falls
  /// to 0 as a generator collapses to one image per class.
  ///
  /// Latent vectors and classes are the same in every step. The generator's maps of the last pass are lost. Only the rank
  /// that has the first shard needs to call this, unless batch norm is global.
  ///
  /// - Returns: The distance on that rank; nil elsewhere, and where a shard has no pair.
  package func diversity() -> Double? {
    let perShard = configuration.generatorBatch / configuration.shards
    guard perShard >= 2, localShards.lowerBound == 0 || configuration.batchNorm == .global else { return nil }
    let samples = shardsAtOnce * perShard
    for n in 0..<samples {
      let sample = localShards.lowerBound * perShard + n
      var stream = RandomStream(seed: configuration.seed, purpose: .diversity, sample: UInt32(sample))
      stream.fillNormal(buffers.latents[rows: n..<n + 1])
      buffers.labels[n] = Int32(sample / 2 % configuration.classes)
    }
    let images = generator.forward(buffers.latents[rows: 0..<samples], labels: Labels(buffers.labels)[0..<samples])
    guard localShards.lowerBound == 0 else { return nil }
    var sum = 0.0
    let pairs = perShard / 2
    for pair in 0..<pairs {
      let (a, b) = (images[rows: 2 * pair..<2 * pair + 1], images[rows: 2 * pair + 1..<2 * pair + 2])
      for i in 0..<a.count {
        let difference = Double(a.base[i]) - Double(b.base[i])
        sum += difference * difference
      }
    }
    return (sum / Double(pairs * (images.count / samples))).squareRoot()
  }
}
