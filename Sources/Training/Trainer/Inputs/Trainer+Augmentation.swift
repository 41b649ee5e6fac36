internal import Configuration
internal import Kernels
internal import Networks
internal import Optimizers
internal import Tensors

/// Images on their way to the discriminator, and their gradient on its way back to the generator.
extension Trainer {
  /// Whether images are augmented.
  var isAugmenting: Bool { configuration.augmentation != .none }

  /// Writes images into the discriminator's input, augmented where the run asks for it.
  ///
  /// - Parameters:
  ///   - images: `[n, H, W, C]`.
  ///   - isReal: Whether they are real ones.
  ///   - pass: The group that they belong to.
  ///   - first: The number of the first one in its kind, among those of this rank.
  ///   - row: Where the first one goes.
  /// - Returns: That part of the input.
  @discardableResult
  func place(_ images: Tensor<Scalar>, isReal: Bool, _ pass: Pass, from first: Int, at row: Int) -> Tensor<Scalar> {
    let rows = row..<row + images.shape[0]
    let target = buffers.images[rows: rows]
    guard isAugmenting else {
      target.copy(from: images)
      return target
    }
    let isGenerator = pass.update == .generator
    let update = (isGenerator ? generatorAdam : discriminatorAdam).updates
    for n in rows {
      buffers.augmentations[n] = augmentations.draw(
        isReal: isReal, for: isGenerator ? .generator : .discriminator, update: update,
        sample: localShards.lowerBound * pass.perShard + first + n - row, side: images.shape[1])
    }
    augment(images, UnsafeBufferPointer(rebasing: buffers.augmentations[rows]), into: target, pool: pool)
    return target
  }

  /// The gradient of generated images from that of what the discriminator was given of them.
  ///
  /// - Parameter dJudged: Of the images that stand at the beginning of the discriminator's input.
  /// - Returns: The gradient, held until the next pass; the same where nothing is augmented.
  func imageGradient(_ dJudged: Tensor<Scalar>) -> Tensor<Scalar> {
    guard isAugmenting else { return dJudged }
    let rows = 0..<dJudged.shape[0]
    let dImages = buffers.dImages[rows: rows]
    augmentGradient(dJudged, UnsafeBufferPointer(rebasing: buffers.augmentations[rows]), into: dImages, pool: pool)
    return dImages
  }
}
