import Kernels
import Tensors
import TestSupport
import Testing
import Threads

/// Convolutions against their definition, and their gradients against the identity ⟨dy, A x⟩ = ⟨Aᵀ dy, x⟩.
@Suite struct ConvolutionTests {
  private let pool = WorkerPool(threads: 1)

  @Test("convolve is the convolution by its definition", arguments: ConvolutionCase.all, ActivationKind.allCases)
  func forward(row: ConvolutionCase, kind: ActivationKind) {
    withTensors { source in
      let operands = ConvolutionOperands<Double>(row, kind, source)
      let expected = Images(operands.x).activated(operands.activation)
        .convolved(row.convolution, operands.weight.numbers.map { 0.75 * $0 })
      #expect(relativeError(operands.output(pool).numbers, expected.numbers) < 1e-13)
    }
  }

  @Test("convolve adds bias and residual", arguments: ConvolutionCase.all)
  func epilogue(row: ConvolutionCase) {
    withTensors { source in
      let operands = ConvolutionOperands<Double>(row, .relu, source)
      let output = row.outputShape
      let bias: Tensor<Double> = source.normal(Shape(output[3]))
      let same: Tensor<Double> = source.normal(output)
      let plain = Images(operands.output(pool))
      let biased = plain.map { n, y, x, c in plain[n, y, x, c] + bias.base[c] }
      func expect(_ epilogue: Epilogue<Double>, _ expected: Images, _ name: String) {
        #expect(relativeError(operands.output(pool, epilogue).numbers, expected.numbers) < 1e-14, "\(name)")
      }
      expect(Epilogue(bias: bias), biased, "bias")
      expect(Epilogue(residual: .same(same)), plain + Images(same), "residual")
      expect(Epilogue(bias: bias, residual: .same(same)), biased + Images(same), "bias and residual")
      guard output[1] % 2 == 0, output[2] % 2 == 0 else { return }
      let half: Tensor<Double> = source.normal(Shape(output[0], output[1] / 2, output[2] / 2, output[3]))
      expect(Epilogue(residual: .upsampled(half)), plain + Images(half).upsampled, "upsampled residual")
      expect(
        Epilogue(bias: bias, residual: .upsampled(half)), biased + Images(half).upsampled, "bias and upsampled residual"
      )
    }
  }

  @Test("convolveInputGradient is the adjoint of convolve", arguments: ConvolutionCase.all)
  func inputGradient(row: ConvolutionCase) {
    checkInputGradient(row, Double.self, tolerance: 1e-12)
    checkInputGradient(row, Float.self, tolerance: 1e-5)
  }

  @Test("input gradients of 1 × 1 filters are added where that is wanted")
  func addedInputGradient() {
    for row in ConvolutionCase.all where row.convolution.kernelSize == 1 {
      withTensors { source in
        let operands = ConvolutionOperands<Double>(row, .identity, source)
        let before: Tensor<Double> = source.normal(row.inputShape)
        let expected = zip(operands.inputGradient(pool).numbers, before.numbers).map { $0 + $1 }
        #expect(
          relativeError(operands.inputGradient(pool, addingTo: before).numbers, expected) < 1e-12, "\(row)")
      }
    }
  }

  private func checkInputGradient<Scalar: KernelScalar>(
    _ row: ConvolutionCase, _ type: Scalar.Type, tolerance: Double
  ) {
    withTensors { source in
      let operands = ConvolutionOperands<Scalar>(row, .identity, source)
      let error = adjointError(operands.dy, operands.output(pool), operands.inputGradient(pool), operands.x)
      #expect(error < tolerance, "\(type)")
    }
  }

  @Test(
    "convolveWeightGradient is the adjoint of convolve in its weights", arguments: ConvolutionCase.all,
    ActivationKind.allCases)
  func weightGradient(row: ConvolutionCase, kind: ActivationKind) {
    checkWeightGradient(row, kind, Double.self, tolerance: 1e-12)
    checkWeightGradient(row, kind, Float.self, tolerance: 1e-5)
  }

  @Test("convolveBiasGradient sums each channel", arguments: [(1, 1), (5, 3), (300, 70), (4099, 64)])
  func biasGradient(pixels: Int, channels: Int) {
    withTensors { source in
      let dy: Tensor<Float> = source.normal(Shape(1, pixels, 1, channels))
      let layer = Convolution(kernelSize: 1, inputChannels: 2, outputChannels: channels)
      let scratch = ConvolutionScratch<Float>(
        for: [(layer, Shape(1, pixels, 1, 2))], shards: 1, workers: 3, in: source.workspace)
      let (result, again): (Tensor<Float>, Tensor<Float>) = (
        source.poisoned(Shape(channels)), source.poisoned(Shape(channels))
      )
      convolveBiasGradient(dy: dy, into: result.base, scratch: scratch, pool: pool)
      convolveBiasGradient(dy: dy, into: again.base, scratch: scratch, pool: WorkerPool(threads: 3))
      #expect(areIdentical(result, again), "threads change no bit")
      let numbers = dy.numbers
      let expected = (0..<channels).map { c in (0..<pixels).reduce(0.0) { $0 + numbers[$1 * channels + c] } }
      #expect(relativeError(result.numbers, expected) < 1e-6)
    }
  }

  private func checkWeightGradient<Scalar: KernelScalar>(
    _ row: ConvolutionCase, _ kind: ActivationKind, _ type: Scalar.Type, tolerance: Double
  ) {
    withTensors { source in
      let operands = ConvolutionOperands<Scalar>(row, kind, source)
      let output = operands.output(pool, scale: 1)
      let error = adjointError(operands.dy, output, operands.weightGradient(pool), operands.weight)
      #expect(error < tolerance, "\(type)")
    }
  }
}

/// What the bits of convolutions may depend on: one shard's shapes, neither the other shards nor the number of threads.
@Suite struct ConvolutionBitsTests {
  private let one = WorkerPool(threads: 1)
  private let three = WorkerPool(threads: 3)

  @Test("a batch in shards has the bits of each shard alone", arguments: ConvolutionCase.few, ActivationKind.allCases)
  func shards(row: ConvolutionCase, kind: ActivationKind) {
    withTensors { source in
      let operands = ConvolutionOperands<Float>(row, kind, source)
      let output = operands.output(one, shards: 3)
      let gradient = operands.inputGradient(one, shards: 3)
      let count = row.images / 3
      for shard in 0..<3 {
        let samples = shard * count..<(shard + 1) * count
        #expect(areIdentical(output[rows: samples], operands.output(one, samples: samples)), "convolve")
        #expect(
          areIdentical(gradient[rows: samples], operands.inputGradient(one, samples: samples)), "convolveInputGradient")
      }
    }
  }

  @Test("threads change no bit", arguments: ConvolutionCase.few, ActivationKind.allCases)
  func threads(row: ConvolutionCase, kind: ActivationKind) {
    withTensors { source in
      let operands = ConvolutionOperands<Float>(row, kind, source)
      #expect(areIdentical(operands.output(one, shards: 3), operands.output(three, shards: 3)), "convolve")
      #expect(
        areIdentical(operands.inputGradient(one, shards: 3), operands.inputGradient(three, shards: 3)),
        "convolveInputGradient")
      #expect(areIdentical(operands.weightGradient(one), operands.weightGradient(three)), "convolveWeightGradient")
    }
  }
}
