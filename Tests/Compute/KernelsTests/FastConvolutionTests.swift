import Kernels
import Tensors
import TestSupport
import Testing
import Threads

/// A convolution that the fast algorithm covers, and a number of images.
struct FastCase: Sendable, CustomTestStringConvertible {
  let convolution: Convolution
  let images, height, width: Int

  init(
    _ resampling: Convolution.Resampling, size: Int = 3, _ channels: (Int, Int), images: Int, _ height: Int,
    _ width: Int
  ) {
    convolution = Convolution(
      kernelSize: size, inputChannels: channels.0, outputChannels: channels.1, resampling: resampling)
    (self.images, self.height, self.width) = (images, height, width)
  }

  var testDescription: String {
    "\(convolution.kernelSize) × \(convolution.kernelSize) \(convolution.resampling) \(images) × \(height) × \(width) × \(convolution.inputChannels) to "
      + "\(convolution.outputChannels) channels"
  }

  func operands(shards: Int = 1, _ kind: ActivationKind = .identity, _ source: TensorSource) -> FastOperands {
    FastOperands(convolution, images: images, height, width, shards: shards, kind, source)
  }

  /// Small maps of every size and shape: whole tiles, parts of tiles, tiles with a rim, one image and several.
  static let small: [FastCase] = {
    var rows: [FastCase] = []
    for (i, (height, width)) in [
      (4, 4), (4, 6), (5, 7), (8, 8), (9, 4), (11, 13), (16, 12), (7, 7), (13, 10), (16, 16), (7, 19),
    ].enumerated() {
      rows.append(.init(.none, i % 2 == 0 ? (32, 64) : (64, 32), images: 1 + i % 3, height, width))
      rows.append(.init(.upsample, i % 2 == 0 ? (64, 32) : (32, 64), images: 1 + i % 3, height, width))
      rows.append(.init(.averagePool, (32, 32 + 32 * (i % 2)), images: 1 + i % 3, 2 * height, 2 * width))
    }
    return rows
  }()

  /// Layers with an image on one side: every number of its channels, whole blocks of pixels and vectors and parts of them.
  static let narrow: [FastCase] = [
    .init(.none, (1, 32), images: 3, 8, 8), .init(.none, (2, 48), images: 2, 5, 9),
    .init(.none, (3, 16), images: 1, 1, 13),
    .init(.none, (3, 64), images: 3, 20, 32), .init(.none, (4, 80), images: 2, 33, 11),
    .init(.none, (32, 1), images: 3, 8, 8), .init(.none, (48, 2), images: 2, 5, 9),
    .init(.none, (16, 3), images: 1, 1, 13),
    .init(.none, (64, 3), images: 3, 20, 32), .init(.none, (80, 4), images: 2, 67, 11),
  ]

  /// 1 × 1: whole panels of pixels and parts of them, one chain and several, sums in one part and in several.
  static let pointwise: [FastCase] = [
    .init(.none, size: 1, (32, 64), images: 2, 1, 3), .init(.none, size: 1, (64, 32), images: 3, 5, 7),
    .init(.none, size: 1, (160, 96), images: 2, 9, 10), .init(.none, size: 1, (32, 32), images: 3, 37, 12),
    .init(.none, size: 1, (96, 288), images: 2, 16, 16), .init(.none, size: 1, (64, 64), images: 5, 40, 26),
  ]

  /// The shapes of every preset's layers, of fewer images.
  static let presets: [FastCase] = [
    // 128 and 64 pixels, generator.
    .init(.upsample, (1024, 1024), images: 2, 4, 4), .init(.none, (1024, 1024), images: 1, 8, 8),
    .init(.upsample, (1024, 512), images: 1, 8, 8), .init(.none, (512, 512), images: 1, 16, 16),
    .init(.upsample, (512, 256), images: 1, 16, 16), .init(.none, (256, 256), images: 1, 32, 32),
    .init(.upsample, (256, 128), images: 1, 32, 32), .init(.none, (128, 128), images: 1, 64, 64),
    .init(.upsample, (128, 64), images: 1, 64, 64),
    // Enough images for a map that is written past the caches.
    .init(.none, (64, 64), images: 5, 128, 128),
    // Discriminator.
    .init(.averagePool, (64, 64), images: 2, 128, 128), .init(.none, (64, 128), images: 1, 64, 64),
    .init(.averagePool, (128, 128), images: 1, 64, 64), .init(.none, (128, 256), images: 1, 32, 32),
    .init(.averagePool, (256, 256), images: 1, 32, 32), .init(.none, (256, 512), images: 1, 16, 16),
    .init(.averagePool, (512, 512), images: 1, 16, 16), .init(.none, (512, 1024), images: 1, 8, 8),
    .init(.averagePool, (1024, 1024), images: 1, 8, 8), .init(.none, (1024, 1024), images: 4, 4, 4),
    // The thin discriminator's, where other than the wide one's.
    .init(.none, (64, 64), images: 1, 64, 64), .init(.averagePool, (64, 128), images: 1, 64, 64),
    .init(.none, (512, 512), images: 1, 8, 8), .init(.averagePool, (512, 1024), images: 1, 8, 8),
    // 32 pixels.
    .init(.upsample, (256, 256), images: 4, 4, 4), .init(.none, (256, 256), images: 4, 8, 8),
    .init(.upsample, (256, 256), images: 1, 16, 16), .init(.averagePool, (128, 128), images: 2, 32, 32),
    .init(.none, (128, 128), images: 8, 8, 8), .init(.averagePool, (64, 64), images: 8, 16, 16),
    .init(.none, (32, 32), images: 8, 8, 8), .init(.averagePool, (32, 32), images: 8, 32, 32),
    // Shortcuts and attention.
    .init(.none, size: 1, (1024, 1024), images: 16, 8, 8), .init(.none, size: 1, (1024, 512), images: 4, 8, 8),
    .init(.none, size: 1, (512, 1024), images: 2, 16, 16), .init(.none, size: 1, (512, 256), images: 2, 16, 16),
    .init(.none, size: 1, (256, 256), images: 8, 16, 16), .init(.none, size: 1, (256, 128), images: 2, 32, 32),
    .init(.none, size: 1, (128, 64), images: 2, 64, 64), .init(.none, size: 1, (256, 32), images: 2, 32, 32),
    .init(.none, size: 1, (64, 128), images: 1, 64, 64),
    // Images.
    .init(.none, (3, 64), images: 2, 128, 128), .init(.none, (64, 3), images: 2, 128, 128),
    .init(.none, (3, 128), images: 4, 32, 32), .init(.none, (256, 3), images: 4, 32, 32),
    .init(.none, (1, 32), images: 8, 32, 32), .init(.none, (64, 1), images: 8, 32, 32),
  ]

  /// A few rows that take every form: stored and streamed filters, many blocks and few, sums in parts.
  static let few: [FastCase] = [
    .init(.none, (256, 160), images: 3, 8, 8), .init(.none, (256, 160), images: 3, 16, 16),
    // Blocks end within images.
    .init(.none, (256, 160), images: 3, 20, 20), .init(.none, (160, 256), images: 5, 18, 20),
    // A weight gradient of two blocks, whose last panels are not full.
    .init(.none, (96, 160), images: 9, 18, 20),
    // Streamed filters of more than 64 tiles, in one block.
    .init(.none, (288, 256), images: 3, 20, 20),
    // So many blocks that one thread and two have blocks of their own, and three share each of them.
    .init(.none, (160, 256), images: 9, 32, 40), .init(.upsample, (256, 160), images: 9, 18, 16),
    .init(.upsample, (160, 256), images: 3, 4, 4), .init(.averagePool, (256, 160), images: 3, 8, 8),
    .init(.averagePool, (256, 160), images: 3, 24, 24), .init(.none, (32, 64), images: 3, 12, 12),
    .init(.upsample, (64, 32), images: 3, 8, 8), .init(.averagePool, (32, 64), images: 3, 16, 12),
    .init(.none, (32, 32), images: 3, 76, 76), .init(.averagePool, (32, 32), images: 3, 120, 120),
    .init(.none, (3, 48), images: 3, 37, 12), .init(.none, (48, 3), images: 3, 70, 12),
    .init(.none, size: 1, (160, 96), images: 3, 5, 7), .init(.none, size: 1, (64, 32), images: 3, 32, 40),
  ]
}

/// The fast convolutions: what they compute, and to which accuracy.
@Suite struct FastConvolutionTests {
  private let pool = WorkerPool(threads: 1)

  @Test(
    "every pass is the direct one", arguments: FastCase.small + FastCase.narrow + FastCase.pointwise,
    ActivationKind.allCases)
  func passes(row: FastCase, kind: ActivationKind) {
    withTensors { source in #expect(row.operands(kind, source).errors(pool).allSatisfy { $0 < 2e-5 }) }
  }

  @Test(
    "errors stay below 2e-5 of a channel's largest number", arguments: FastCase.presets,
    [ActivationKind.identity, .relu])
  func accuracy(row: FastCase, kind: ActivationKind) {
    withTensors { source in #expect(row.operands(kind, source).errors(pool).allSatisfy { $0 < 2e-5 }) }
  }

  @Test("bias and residual are added once", arguments: FastCase.small + FastCase.narrow + FastCase.pointwise)
  func epilogue(row: FastCase) {
    withTensors { source in
      let operands = row.operands(.relu, source)
      let shape = operands.dy.shape
      let bias: Tensor<Float> = source.normal(Shape(shape[3]))
      let same: Tensor<Float> = source.normal(shape)
      func expect(_ epilogue: Epilogue<Float>, _ expected: Epilogue<Double>, _ name: String) {
        let error = channelError(
          operands.output(pool, epilogue), operands.expectedOutput(pool, expected), channels: shape[3])
        #expect(error < 2e-5, "\(name)")
      }
      let doubles = (bias: operands.doubled(bias), same: operands.doubled(same))
      expect(Epilogue(bias: bias), Epilogue(bias: doubles.bias), "bias")
      expect(
        Epilogue(bias: bias, residual: .same(same)), Epilogue(bias: doubles.bias, residual: .same(doubles.same)),
        "bias and residual")
      guard shape[1] % 2 == 0, shape[2] % 2 == 0 else { return }
      let half: Tensor<Float> = source.normal(Shape(shape[0], shape[1] / 2, shape[2] / 2, shape[3]))
      expect(
        Epilogue(residual: .upsampled(half)), Epilogue(residual: .upsampled(operands.doubled(half))),
        "upsampled residual")
    }
  }

  @Test("input gradients of 1 × 1 filters are added where that is wanted", arguments: FastCase.pointwise)
  func sums(row: FastCase) {
    withTensors { source in
      let operands = row.operands(.identity, source)
      let before: Tensor<Float> = source.normal(operands.x.shape)
      let found = operands.inputGradient(pool, addingTo: before)
      let expected = operands.expectedInputGradient(pool)
      for i in 0..<expected.count { expected.base[i] += Double(before.base[i]) }
      #expect(channelError(found, expected, channels: operands.direct.inputChannels) < 2e-5)
    }
  }

  @Test("gradients are the adjoints of the forward pass", arguments: FastCase.few)
  func adjoints(row: FastCase) {
    withTensors { source in
      let operands = row.operands(.identity, source)
      let output = operands.output(pool)
      #expect(adjointError(operands.dy, output, operands.inputGradient(pool), operands.x) < 1e-5)
      for i in 0..<output.count { output.base[i] /= operands.scale }
      #expect(adjointError(operands.dy, output, operands.weightGradient(pool), operands.weight) < 1e-5)
    }
  }

  @Test("only what the fast algorithm is right for adopts it")
  func coverage() {
    func algorithm(_ size: Int, _ channels: (Int, Int), _ side: Int) -> ConvolutionAlgorithm {
      Convolution(kernelSize: size, inputChannels: channels.0, outputChannels: channels.1)
        .adopting(.fast, height: side, width: side, of: Float.self).algorithm
    }
    #expect(algorithm(3, (32, 64), 8) == .fast)
    #expect(algorithm(1, (32, 64), 1) == .fast)
    #expect(algorithm(1, (32, 48), 8) == .direct)
    #expect(algorithm(3, (32, 48), 8) == .direct)
    #expect(algorithm(3, (3, 64), 8) == .fast)
    #expect(algorithm(3, (64, 1), 8) == .fast)
    #expect(algorithm(3, (4, 16), 8) == .fast)
    #expect(algorithm(1, (3, 64), 8) == .direct)
    #expect(algorithm(3, (5, 64), 8) == .direct)
    #expect(algorithm(3, (3, 24), 8) == .direct)
    #expect(algorithm(3, (3, 64), 7) == .direct)
    #expect(algorithm(3, (32, 64), 3) == .direct)
    let covered = Convolution(kernelSize: 3, inputChannels: 32, outputChannels: 64)
    #expect(covered.adopting(.fast, height: 8, width: 8, of: Double.self).algorithm == .direct)
    #expect(covered.adopting(.direct, height: 8, width: 8, of: Float.self).algorithm == .direct)
  }
}

/// What the bits of fast convolutions may depend on: one shard's shapes, neither the other shards nor the threads.
@Suite struct FastConvolutionBitsTests {
  private let one = WorkerPool(threads: 1)

  @Test("a batch in shards has the bits of each shard alone", arguments: FastCase.few)
  func shards(row: FastCase) {
    withTensors { source in
      let operands = row.operands(shards: row.images, .scaleShiftReLU, source)
      let (output, gradient) = (operands.output(one), operands.inputGradient(one))
      for shard in 0..<row.images {
        let samples = shard..<shard + 1
        #expect(areIdentical(output[rows: samples], operands.output(one, samples: samples)), "convolve")
        #expect(
          areIdentical(gradient[rows: samples], operands.inputGradient(one, samples: samples)), "convolveInputGradient")
      }
    }
  }

  @Test("caches that passes are cut for change no bit", arguments: FastCase.few)
  func caches(row: FastCase) {
    withTensors { source in
      let operands = row.operands(.scaleShiftReLU, source)
      let (output, gradient) = (operands.output(one), operands.inputGradient(one))
      let weightGradient = operands.weightGradient(one)
      for bytes in [64 << 10, 300_000, 1 << 20, 8 << 20] {
        let other = operands.cut(forLevel2: bytes)
        #expect(areIdentical(output, other.output(one)), "convolve, \(bytes) bytes")
        #expect(areIdentical(gradient, other.inputGradient(one)), "convolveInputGradient, \(bytes) bytes")
        #expect(areIdentical(weightGradient, other.weightGradient(one)), "convolveWeightGradient, \(bytes) bytes")
      }
    }
  }

  @Test("fewer images fit into the memory for more, on any number of threads", arguments: FastCase.few, [1, 24])
  func fewerImages(row: FastCase, count: Int) {
    let several = WorkerPool(threads: count)
    withTensors { source in
      let operands = row.operands(.scaleShiftReLU, source)
      let (output, gradient) = (operands.output(one), operands.inputGradient(one))
      for images in 1..<max(row.images, 2) {
        let samples = 0..<images
        #expect(areIdentical(output[rows: samples], operands.output(several, samples: samples)), "convolve")
        #expect(
          areIdentical(gradient[rows: samples], operands.inputGradient(several, samples: samples)),
          "convolveInputGradient")
      }
    }
  }

  @Test("threads change no bit", arguments: FastCase.few, [2, 3])
  func threads(row: FastCase, count: Int) {
    let several = WorkerPool(threads: count)
    withTensors { source in
      let operands = row.operands(.scaleShiftReLU, source)
      #expect(areIdentical(operands.output(one), operands.output(several)), "convolve")
      #expect(areIdentical(operands.inputGradient(one), operands.inputGradient(several)), "convolveInputGradient")
      #expect(areIdentical(operands.weightGradient(one), operands.weightGradient(several)), "convolveWeightGradient")
    }
  }
}
