internal import Networks
package import Kernels
package import Tensors

/// Where it comes from how images are augmented.
package protocol AugmentationSource {
  /// Draws how one image of an update is augmented.
  ///
  /// - Parameters:
  ///   - isReal: Whether it is a real image.
  ///   - network: Whose update it is for.
  ///   - update: That network's updates before this one.
  ///   - sample: The image's number among the real or the generated ones of the batch of all ranks.
  ///   - side: Its height and width.
  /// - Returns: The augmentation.
  func draw(isReal: Bool, for network: RandomStream.Owner, update: Int, sample: Int, side: Int) -> ImageAugmentation
}

/// Random ones: pure functions of seed, network, update, and the image's kind and number in the batch.
struct RandomAugmentations: AugmentationSource {
  let seed: UInt64

  func draw(isReal: Bool, for network: RandomStream.Owner, update: Int, sample: Int, side: Int) -> ImageAugmentation {
    var stream = RandomStream(
      seed: seed, purpose: isReal ? .realAugmentations : .generatedAugmentations, owner: network,
      update: UInt32(update), sample: UInt32(sample))
    let shift = ImageAugmentation.largestShift(side: side)
    let hole = ImageAugmentation.holeSide(side: side)
    // The middle of an even square may stand behind the last row, as it begins a row earlier.
    let middles = side + 1 - hole % 2
    return ImageAugmentation(
      brightness: stream.uniform() - 0.5, saturation: 2 * stream.uniform(), contrast: stream.uniform() + 0.5,
      rowShift: stream.index(below: 2 * shift + 1) - shift, columnShift: stream.index(below: 2 * shift + 1) - shift,
      holeRow: stream.index(below: middles), holeColumn: stream.index(below: middles), holeSide: hole)
  }
}
