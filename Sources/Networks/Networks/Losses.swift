public import Kernels
public import Tensors

/// The hinge loss, divided by the batch of all ranks (Lim and Ye 2017).
///
///     L_D = mean max(0, 1 − D(x, y)) + mean max(0, 1 + D(G(z), y)),   L_G = −mean D(G(z), y)
public enum HingeLoss {
  /// One shard's part of L_D and its gradient.
  ///
  /// - Parameters:
  ///   - logits: The shard's logits, real ones first, then as many fake ones.
  ///   - batchSize: B, real images of all shards.
  ///   - gradient: Receives dL_D / dlogits.
  ///   - sums: Receives the shard's sums.
  public static func discriminator<Scalar: KernelScalar>(
    _ logits: Tensor<Scalar>, batchSize: Int, gradient: Tensor<Scalar>, sums: inout LossSums
  ) {
    let reals = logits.count / 2
    let weight = 1 / Scalar(batchSize)
    for n in 0..<logits.count {
      let logit = logits.base[n]
      if n < reals {
        sums.hingeReal += Double(hinge(1 - logit))
        sums.logitReal += Double(logit)
        gradient.base[n] = 1 - logit <= 0 ? 0 : -weight
      } else {
        sums.adversarialFake += Double(hinge(1 + logit))
        sums.logitFake += Double(logit)
        gradient.base[n] = 1 + logit <= 0 ? 0 : weight
      }
    }
  }

  /// `max(0, x)`; not-a-number stays what it is, so that it is noticed.
  private static func hinge<Scalar: KernelScalar>(_ x: Scalar) -> Scalar { x <= 0 ? 0 : x }

  /// One shard's part of L_G and its gradient.
  ///
  /// - Parameters:
  ///   - logits: The shard's logits of generated images.
  ///   - batchSize: Generated images of all shards.
  ///   - gradient: Receives dL_G / dlogits.
  ///   - sums: Receives the shard's sums.
  public static func generator<Scalar: KernelScalar>(
    _ logits: Tensor<Scalar>, batchSize: Int, gradient: Tensor<Scalar>, sums: inout LossSums
  ) {
    for n in 0..<logits.count {
      sums.adversarialFake -= Double(logits.base[n])
      sums.logitFake += Double(logits.base[n])
      gradient.base[n] = -1 / Scalar(batchSize)
    }
  }
}

/// The auxiliary classifier's loss: cross-entropy of the softmax, divided by the batch of all ranks (AC-GAN).
public enum CrossEntropyLoss {
  /// One shard's part and its gradient.
  ///
  /// - Parameters:
  ///   - logits: `[n, classes]`.
  ///   - labels: n classes.
  ///   - weight: Factor of the loss.
  ///   - batchSize: Images of all shards that count.
  ///   - gradient: Receives weight · dL / dlogits, `[n, classes]`.
  ///   - sums: Receives the shard's sums, without the weight.
  public static func apply<Scalar: KernelScalar>(
    _ logits: Tensor<Scalar>, labels: Labels, weight: Double, batchSize: Int, gradient: Tensor<Scalar>,
    sums: inout LossSums
  ) {
    labels.checkCount(logits.shape[0])
    let classes = logits.shape[1]
    let factor = Scalar(weight / Double(batchSize))
    for n in 0..<logits.shape[0] {
      let row = logits.base + n * classes
      let out = gradient.base + n * classes
      let label = Int(labels[n])
      precondition(label >= 0 && label < classes, "class \(label) of \(classes)")
      var best = 0
      for c in 1..<max(classes, 1) where row[c] > row[best] { best = c }
      var total: Scalar = 0
      for c in 0..<classes {
        out[c] = Scalar.exponential(row[c] - row[best])
        total += out[c]
      }
      sums.crossEntropy += Double(Scalar.logarithm(total) - (row[label] - row[best]))
      sums.correctClasses += best == label ? 1 : 0
      for c in 0..<classes { out[c] = factor * (out[c] / total - (c == label ? 1 : 0)) }
    }
  }
}
