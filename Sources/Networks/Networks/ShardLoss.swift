public import Kernels
public import Tensors

/// Both losses of one shard, their gradients, and what is reported of them.
///
/// A loss is the hinge loss and, with an auxiliary classifier, its weighted cross-entropy, each divided by the batch of all ranks,
/// so that shards are added.
public struct ShardLoss<Scalar: KernelScalar> {
  /// What the discriminator has put out for a pass.
  let output: Discriminator<Scalar>.Output
  /// Receive the losses' gradients, row by row as in `output`.
  let gradients: Discriminator<Scalar>.Output
  /// Images of all shards that count: real ones for the discriminator.
  let batchSize: Int
  /// Factor of the cross-entropy.
  let auxiliaryWeight: Double

  /// The losses of a pass's shards; class logits without a gradient of their own get 0.
  public init(
    of output: Discriminator<Scalar>.Output, gradients: Discriminator<Scalar>.Output, batchSize: Int,
    auxiliaryWeight: Double
  ) {
    (self.output, self.gradients) = (output, gradients)
    (self.batchSize, self.auxiliaryWeight) = (batchSize, auxiliaryWeight)
    gradients.classLogits?.fill(0)
  }

  /// L_D = E[max(0, 1 − D(x, y))] + E[max(0, 1 + D(G(z, y'), y'))], and the cross-entropy of the real images.
  ///
  /// - Parameters:
  ///   - rows: The shard's: real images, and then as many generated ones.
  ///   - labels: The classes of these rows.
  /// - Returns: The shard's sums.
  public func discriminator(_ rows: Range<Int>, labels: Labels) -> LossSums {
    labels.checkCount(rows.count)
    var sums = LossSums()
    HingeLoss.discriminator(
      output.logits[rows: rows], batchSize: batchSize, gradient: gradients.logits[rows: rows], sums: &sums)
    let reals = rows.count / 2
    addCrossEntropy(rows.lowerBound..<rows.lowerBound + reals, labels[0..<reals], &sums)
    return sums
  }

  /// L_G = −E[D(G(z, y), y)], and the cross-entropy of the generated images.
  ///
  /// - Parameters:
  ///   - rows: The shard's.
  ///   - labels: The classes of these rows.
  /// - Returns: The shard's sums.
  public func generator(_ rows: Range<Int>, labels: Labels) -> LossSums {
    labels.checkCount(rows.count)
    var sums = LossSums()
    HingeLoss.generator(
      output.logits[rows: rows], batchSize: batchSize, gradient: gradients.logits[rows: rows], sums: &sums)
    addCrossEntropy(rows, labels, &sums)
    return sums
  }

  private func addCrossEntropy(_ rows: Range<Int>, _ labels: Labels, _ sums: inout LossSums) {
    guard let logits = output.classLogits, let gradient = gradients.classLogits else { return }
    CrossEntropyLoss.apply(
      logits[rows: rows], labels: labels, weight: auxiliaryWeight, batchSize: batchSize, gradient: gradient[rows: rows],
      sums: &sums)
  }
}
