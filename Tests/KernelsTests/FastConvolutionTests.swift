import Kernels
import Tensors
import TestSupport
import Testing

/// A convolution that the fast algorithm covers, and a number of images.
struct FastCase: Sendable, CustomTestStringConvertible {
  let convolution: Convolution
  let images, height, width: Int

  init(
    _ resampling: Convolution.Resampling, _ channels: (Int, Int), images: Int, _ height: Int, _ width: Int
  ) {
    convolution = Convolution(
      kernelSize: 3, inputChannels: channels.0, outputChannels: channels.1, resampling: resampling)
    (self.images, self.height, self.width) = (images, height, width)
  }

  var testDescription: String {
    "\(convolution.resampling) \(images) × \(height) × \(width) × \(convolution.inputChannels) to "
      + "\(convolution.outputChannels) channels"
  }

  func operands(shards: Int = 1, _ kind: PrologueKind = .identity, _ source: TensorSource) -> FastOperands {
    FastOperands(convolution, images: images, height, width, shards: shards, kind, source)
  }

  /// Small maps of every size and shape: whole tiles, parts of tiles, one image and several.
  static let small: [FastCase] = {
    var rows: [FastCase] = []
    for (i, (height, width)) in [(4, 4), (4, 6), (5, 7), (8, 8), (9, 4), (11, 13), (16, 12)].enumerated() {
      rows.append(.init(.none, i % 2 == 0 ? (32, 64) : (64, 32), images: 1 + i % 3, height, width))
      rows.append(.init(.upsample, i % 2 == 0 ? (64, 32) : (32, 64), images: 1 + i % 3, height, width))
      rows.append(.init(.averagePool, (32, 32 + 32 * (i % 2)), images: 1 + i % 3, 2 * height, 2 * width))
    }
    return rows
  }()
}

/// The fast convolutions: what they compute, to which accuracy, and what their bits depend on.
@Suite struct FastConvolutionTests {
  private let pool = WorkerPool(threads: 1)

  @Test("every pass is the direct one", arguments: FastCase.small, PrologueKind.allCases)
  func passes(row: FastCase, kind: PrologueKind) {
    withTensors { source in
      let operands = row.operands(kind, source)
      let (inputs, outputs) = (row.convolution.inputChannels, row.convolution.outputChannels)
      #expect(channelError(operands.output(pool), operands.expectedOutput(pool), channels: outputs) < 2e-5)
      #expect(channelError(operands.inputGradient(pool), operands.expectedInputGradient(pool), channels: inputs) < 2e-5)
      let gradient = operands.directOrder(operands.weightGradient(pool))
      #expect(channelError(gradient, operands.expectedWeightGradient(pool), channels: outputs) < 2e-5)
    }
  }
}
