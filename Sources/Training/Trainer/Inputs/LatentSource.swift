internal import Networks
package import Kernels
package import Tensors

/// Where latent vectors and classes of generated images come from.
package protocol LatentSource<Scalar> {
  /// The number type.
  associatedtype Scalar: KernelScalar

  /// Draws latent vectors and classes of samples of one update.
  ///
  /// - Parameters:
  ///   - latents: Receives the vectors, `[n, latentSize]`.
  ///   - labels: Receives n classes.
  ///   - network: Whose update they are for.
  ///   - update: That network's updates before this one.
  ///   - first: Number of the first sample in the batch of all ranks.
  func draw(
    _ latents: Tensor<Scalar>, _ labels: UnsafeMutableBufferPointer<Int32>, for network: RandomStream.Owner,
    update: Int, from first: Int)
}

/// Random ones: pure functions of seed, network, update and the sample's number in the batch.
struct RandomLatents<Scalar: KernelScalar>: LatentSource {
  let seed: UInt64
  let classes: Int

  func draw(
    _ latents: Tensor<Scalar>, _ labels: UnsafeMutableBufferPointer<Int32>, for network: RandomStream.Owner,
    update: Int, from first: Int
  ) {
    Labels(labels).checkCount(latents.shape[0])
    for n in 0..<latents.shape[0] {
      let (update, sample) = (UInt32(update), UInt32(first + n))
      var stream = RandomStream(seed: seed, purpose: .latents, owner: network, update: update, sample: sample)
      stream.fillNormal(latents[rows: n..<n + 1])
      stream = RandomStream(seed: seed, purpose: .labels, owner: network, update: update, sample: sample)
      labels[n] = Int32(stream.index(below: classes))
    }
  }
}
