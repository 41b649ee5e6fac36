import Kernels
import Tensors
import TestSupport
import Testing
import Threads

/// One row of the table of convolutions under test: an operation and the shape of its input.
struct ConvolutionCase: Sendable, CustomTestStringConvertible {
  let convolution: Convolution
  let images, height, width: Int

  init(
    _ kernelSize: Int, _ resampling: Convolution.Resampling, channels: (Int, Int), images: Int, _ height: Int,
    _ width: Int
  ) {
    convolution = Convolution(
      kernelSize: kernelSize, inputChannels: channels.0, outputChannels: channels.1, resampling: resampling)
    (self.images, self.height, self.width) = (images, height, width)
  }

  var testDescription: String {
    "\(convolution.kernelSize)×\(convolution.kernelSize) \(convolution.resampling) of \(inputShape)"
      + " to \(convolution.outputChannels) channels"
  }

  var inputShape: Shape { Shape(images, height, width, convolution.inputChannels) }
  var outputShape: Shape { convolution.outputShape(of: inputShape) }
  var weightShape: Shape {
    Shape(
      convolution.kernelSize, convolution.kernelSize, convolution.inputChannels, convolution.outputChannels)
  }

  /// Every operation on every small size with the channels 1, 2, 3, 5 and 16; then images of several bands.
  static let all: [ConvolutionCase] = {
    let channels = [(1, 2), (2, 3), (3, 1), (5, 16), (16, 5), (3, 3)]
    let odd = [(1, 1), (1, 5), (2, 1), (3, 3), (5, 7), (9, 4), (8, 9)]
    let even = [(2, 2), (2, 8), (4, 6), (8, 8), (6, 2)]
    var rows: [ConvolutionCase] = []
    for (i, (height, width)) in (odd + even).enumerated() {
      for (size, resampling) in [(1, Convolution.Resampling.none), (3, .none), (3, .upsample), (3, .averagePool)]
      where resampling != .averagePool || (height % 2 == 0 && width % 2 == 0) {
        rows.append(.init(size, resampling, channels: channels[i % channels.count], images: 1 + i % 4, height, width))
      }
    }
    // Small images are grouped into products: here whole groups and a last one with fewer images.
    rows.append(.init(3, .none, channels: (2, 3), images: 19, 8, 8))
    rows.append(.init(3, .upsample, channels: (3, 2), images: 17, 3, 5))
    rows.append(.init(3, .averagePool, channels: (2, 2), images: 20, 8, 6))
    rows.append(.init(1, .none, channels: (5, 2), images: 40, 4, 4))
    // Large images are cut into bands of rows, the last one with fewer rows; 600 pixels are more than a band aims at.
    rows.append(.init(1, .none, channels: (3, 2), images: 2, 40, 40))
    rows.append(.init(3, .none, channels: (2, 3), images: 2, 40, 40))
    rows.append(.init(3, .upsample, channels: (2, 2), images: 2, 20, 24))
    rows.append(.init(3, .averagePool, channels: (2, 3), images: 2, 40, 44))
    rows.append(.init(3, .none, channels: (1, 2), images: 1, 5, 600))
    rows.append(.init(3, .averagePool, channels: (1, 2), images: 1, 6, 600))
    rows.append(.init(3, .upsample, channels: (1, 1), images: 1, 3, 300))
    return rows
  }()

  /// A few rows, for checks of what does not depend on the shape.
  static let few: [ConvolutionCase] = [
    .init(1, .none, channels: (16, 5), images: 6, 5, 7), .init(3, .none, channels: (5, 16), images: 6, 9, 8),
    .init(3, .upsample, channels: (3, 16), images: 6, 4, 6), .init(3, .averagePool, channels: (16, 3), images: 6, 8, 8),
    .init(3, .none, channels: (3, 5), images: 3, 40, 40), .init(3, .averagePool, channels: (3, 5), images: 3, 40, 40),
  ]
}

/// Random operands of one row, and the kernels applied to them.
struct ConvolutionOperands<Scalar: KernelScalar> {
  let row: ConvolutionCase
  let x, weight, dy: Tensor<Scalar>
  let activation: InputActivation<Scalar>
  let source: TensorSource
  let scale: Scalar = 0.75

  init(_ row: ConvolutionCase, _ kind: ActivationKind, _ source: TensorSource) {
    self.row = row
    self.source = source
    x = source.normal(row.inputShape)
    weight = source.normal(row.weightShape)
    dy = source.normal(row.outputShape)
    activation = kind.activation(samples: row.images, channels: row.convolution.inputChannels, source)
  }

  func output(
    _ pool: WorkerPool, shards: Int = 1, samples: Range<Int>? = nil, scale: Scalar? = nil,
    _ epilogue: Epilogue<Scalar> = Epilogue()
  ) -> Tensor<Scalar> {
    let samples = samples ?? 0..<row.images
    let y: Tensor<Scalar> = source.poisoned(row.outputShape.withOutermost(samples.count))
    convolve(
      row.convolution, x[rows: samples], activation: activation.rows(samples), weight: weight,
      weightScale: scale ?? self.scale, epilogue: epilogue, into: y, shards: shards,
      scratch: scratch(samples.count / shards, pool), pool: pool)
    return y
  }

  func inputGradient(
    _ pool: WorkerPool, shards: Int = 1, samples: Range<Int>? = nil, addingTo before: Tensor<Scalar>? = nil
  ) -> Tensor<Scalar> {
    let samples = samples ?? 0..<row.images
    let dx: Tensor<Scalar> = source.poisoned(row.inputShape.withOutermost(samples.count))
    if let before { dx.copy(from: before) }
    convolveInputGradient(
      row.convolution, dy: dy[rows: samples], weight: weight, weightScale: scale, into: dx, adding: before != nil,
      shards: shards, scratch: scratch(samples.count / shards, pool), pool: pool)
    return dx
  }

  func weightGradient(_ pool: WorkerPool) -> Tensor<Scalar> {
    let dWeight: Tensor<Scalar> = source.poisoned(row.weightShape)
    convolveWeightGradient(
      row.convolution, x, activation: activation, dy: dy, into: dWeight, scratch: scratch(row.images, pool), pool: pool)
    return dWeight
  }

  /// Scratch full of not-a-number: whatever a kernel reads of it, it must have written before.
  private func scratch(_ images: Int, _ pool: WorkerPool) -> ConvolutionScratch<Scalar> {
    let scratch = ConvolutionScratch<Scalar>(
      for: [(row.convolution, row.inputShape.withOutermost(images))], shards: 1, workers: pool.threads,
      in: source.workspace)
    for part in [scratch.activated, scratch.columns, scratch.product] { part.fill(.nan) }
    return scratch
  }
}
