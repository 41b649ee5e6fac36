public import Kernels
public import Tensors

/// The class-dependent part of a projection discriminator (Miyato and Koyama 2018): `logit += ⟨E[label], h⟩ / σ`.
public final class Projection<Scalar: KernelScalar> {
  /// The embedding, `[classes, C]`, spectrally normalized as that matrix.
  public let weight: SpectralWeight<Scalar>

  /// An embedding of `classes` classes.
  public init(_ plan: NetworkBuilder<Scalar>, _ name: String, classes: Int, channels: Int) {
    plan.note(Operation(name, .projection(channels: channels)))
    weight = SpectralWeight(
      plan, name, Shape(classes, channels),
      .init(
        shape: [classes, channels], fileAxes: [0, 1], fileShape: [classes, channels], outputs: ([classes], [0]),
        inputs: ([channels], [0]), storage: .outputsByInputs, fanIn: channels, fanOut: classes))
  }

  /// Adds each sample's projection to its logit.
  public func addForward(
    _ h: Tensor<Scalar>, _ labels: Labels, to logits: Tensor<Scalar>, _ context: NetworkWorkspace<Scalar>
  ) {
    labels.checkCount(h.shape[0])
    let table = weight.weight(context)
    let scale = weight.scale(context)
    for n in 0..<h.shape[0] {
      let row = row(labels[n])
      logits.base[n] += scale * Scalar(innerProduct(table[rows: row..<row + 1], h[rows: n..<n + 1]))
    }
  }

  /// Adds each logit's gradient times its class's embedding to `dh`.
  public func addBackwardInput(
    _ dLogits: Tensor<Scalar>, _ labels: Labels, to dh: Tensor<Scalar>,
    _ context: NetworkWorkspace<Scalar>
  ) {
    labels.checkCount(dh.shape[0])
    let table = weight.weight(context)
    let scale = weight.scale(context)
    for n in 0..<dh.shape[0] {
      let row = row(labels[n])
      add(
        table[rows: row..<row + 1], scale: scale * dLogits.base[n], to: dh[rows: n..<n + 1], pool: context.pool)
    }
  }

  /// Writes the embedding's gradient, summed over this rank's shards.
  public func backwardWeights(
    _ h: Tensor<Scalar>, _ dLogits: Tensor<Scalar>, _ labels: Labels, _ context: NetworkWorkspace<Scalar>
  ) {
    labels.checkCount(h.shape[0])
    context.sumFinalGradient(of: weight.range) { shard, gradient in
      let table = gradient.reshaped(weight.shape)
      table.fill(0)
      for n in context.samples(ofShard: shard, of: h.shape[0]) {
        let row = row(labels[n])
        add(h[rows: n..<n + 1], scale: dLogits.base[n], to: table[rows: row..<row + 1], pool: context.pool)
      }
    }
  }

  private func row(_ label: Int32) -> Int {
    precondition(label >= 0 && Int(label) < weight.shape[0], "class \(label) of \(weight.shape[0])")
    return Int(label)
  }
}
