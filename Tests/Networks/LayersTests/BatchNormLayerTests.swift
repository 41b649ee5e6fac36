import Kernels
import Layers
import Tensors
import TestSupport
import Testing

/// The statistics of batch normalization: of the batch, their sums over shards, and the running ones.
@Suite struct BatchNormLayerTests {
  private func apply(_ prologue: InputActivation<Double>, _ x: Tensor<Double>) -> [Double] {
    guard case .scaleShiftReLU(let scale, let shift) = prologue else { return [] }
    let (channels, pixels) = (x.shape[3], x.shape[1] * x.shape[2])
    return (0..<x.count).map { i in
      let j = i / channels / pixels * channels + i % channels
      return max(0, scale.base[j] * x.base[i] + shift.base[j])
    }
  }

  private func entry(_ name: String, _ arena: Arena<Double>) throws -> Range<Int> {
    try #require(arena.layout.entries.first { $0.name == name }).range
  }

  @Test("sumBatchStatistics sums means and unbiased variances of the shards", arguments: [1, 2, 3, 6])
  func batchStatistics(shards: Int) throws {
    try withTensors { source in
      let x: Tensor<Double> = source.normal(Shape(6, 3, 3, 4), mean: 0.5)
      let test = LayerUnderTest(samples: 6, shards: shards) { plan in
        plan.noteMap(x.shape)
        return BatchNormLayer(plan, "bn", channels: 4, side: 3, classes: nil)
      }
      _ = test.layer.forward(x, nil, .batch, test.context)
      let rows = 6 / shards * 9
      test.layer.sumBatchStatistics(rowsPerShard: rows, test.context)
      var (means, variances) = ([Double](repeating: 0, count: 4), [Double](repeating: 0, count: 4))
      for shard in 0..<shards {
        for c in 0..<4 {
          let column = (0..<rows).map { x.base[(shard * rows + $0) * 4 + c] }
          let mean = column.reduce(0, +) / Double(rows)
          means[c] += mean
          variances[c] += column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows - 1)
        }
      }
      let sums = test.context.batchStatistics
      let (mean, variance) = (try entry("bn.running_mean", sums), try entry("bn.running_var", sums))
      #expect(relativeError(Array(sums.values[mean]), means) < 1e-13)
      #expect(relativeError(Array(sums.values[variance]), variances) < 1e-13)
    }
  }

  @Test("shards that share their statistics are normalized as one", arguments: [false, true], [2, 3, 6])
  func sharedStatistics(conditional: Bool, shards: Int) {
    withTensors { source in
      // A shard's mean is far from that of others.
      let x: Tensor<Double> = source.normal(Shape(6, 3, 3, 4), mean: 0.5)
      for i in 0..<x.count { x.base[i] += Double(i / 72) }
      let dy: Tensor<Double> = source.normal(x.shape)
      let labels = source.labels(6, below: 3)
      func run(shards: Int, isShared: Bool) -> (
        y: [Double], dx: [Double], gradients: [Double], statistics: [Double], sums: Int
      ) {
        let test = LayerUnderTest(samples: 6, shards: shards) { plan in
          plan.noteMap(x.shape)
          return BatchNormLayer(plan, "bn", channels: 4, side: 3, classes: conditional ? 3 : nil)
        }
        var sums = 0
        // Ranks with the same numbers: as many shards again, whose sums double.
        if isShared {
          test.context.sharedStatistics = .init(shards: 2 * shards) { buffer in
            sums += 1
            for i in buffer.indices { buffer[i] *= 2 }
          }
        }
        let y = apply(test.layer.forward(x, labels, .batch, test.context), x)
        let dx = source.copy(dy)
        test.layer.backward(x, dx, labels, test.context)
        // The unbiased variance of all rows, which are twice as many with the other rank's.
        test.layer.sumBatchStatistics(rowsPerShard: 54 / shards / (isShared ? 2 : 1), test.context)
        return (
          y, dx.numbers, Array(test.context.gradients.values),
          test.context.batchStatistics.values.map { $0 / Double(shards) }, sums
        )
      }
      let (whole, shared) = (run(shards: 1, isShared: false), run(shards: shards, isShared: true))
      #expect(shared.sums == 4, "mean and variance forward, two sums backward")
      #expect(relativeError(shared.y, whole.y) < 1e-12)
      #expect(relativeError(shared.dx, whole.dx) < 1e-12)
      #expect(relativeError(shared.gradients, whole.gradients) < 1e-12)
      let alone = run(shards: shards, isShared: false)
      #expect(relativeError(alone.y, whole.y) > 0.1)
      if 54 % (2 * shards) == 0 { #expect(relativeError(shared.statistics, whole.statistics) < 1e-12) }
    }
  }

  @Test("running statistics take the place of the batch's", arguments: [false, true])
  func runningStatistics(conditional: Bool) throws {
    try withTensors { source in
      let x: Tensor<Double> = source.normal(Shape(6, 3, 3, 4), mean: 0.5)
      let labels = source.labels(6, below: 3)
      let test = LayerUnderTest(samples: 6, shards: 1) { plan in
        plan.noteMap(x.shape)
        return BatchNormLayer(plan, "bn", channels: 4, side: 3, classes: conditional ? 3 : nil)
      }
      let batch = apply(test.layer.forward(x, labels, .batch, test.context), x)
      test.layer.sumBatchStatistics(rowsPerShard: 54, test.context)
      // The running variance of files is unbiased; with the biased one, running and batch statistics are the same.
      let (sums, running) = (test.context.batchStatistics, test.context.weights.statistics)
      let (means, variances) = (try entry("bn.running_mean", sums), try entry("bn.running_var", sums))
      #expect(running.values[means].allSatisfy { $0 == 0 } && running.values[variances].allSatisfy { $0 == 1 })
      running.copy(from: sums)
      for i in variances { running.values[i] *= 53.0 / 54 }
      #expect(relativeError(apply(test.layer.forward(x, labels, .running, test.context), x), batch) < 1e-13)
      // Fewer samples make no difference to those that remain.
      let part = apply(test.layer.forward(x[rows: 0..<1], labels[0..<1], .running, test.context), x[rows: 0..<1])
      #expect(relativeError(part, Array(batch[0..<36])) < 1e-13)
      for i in means { running.values[i] += 1 }
      #expect(relativeError(apply(test.layer.forward(x, labels, .running, test.context), x), batch) > 0.01)
    }
  }
}
