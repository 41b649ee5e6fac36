internal import CVectors
internal import Tensors
internal import Threads

// 1 × 1 convolutions of 32, 64, … channels: products of matrices, with the filters in the same panels as those of 3 × 3
// convolutions and the maps read and written in place.

extension Convolution {
  /// Whether the products of pixels cover the layer.
  var isPointwise: Bool {
    kernelSize == 1 && inputChannels % FilterPanels.columns == 0 && outputChannels % FilterPanels.columns == 0
  }

  /// The pointwise form of `convolve`.
  func forwardPointwise(
    _ x: Tensor<Float>, _ activation: InputActivation<Float>, _ weight: Tensor<Float>, scale: Float,
    _ epilogue: Epilogue<Float>, into y: Tensor<Float>, scratch: Tensor<Float>, pool: WorkerPool
  ) {
    var cutter = ScratchCutter(scratch)
    let pass = PointwisePass(inputs: inputChannels, outputs: outputChannels)
    pass.run(x, activation, weight.base, scale: scale, epilogue, into: y, &cutter, pool)
  }

  /// The pointwise form of `convolveInputGradient`.
  func inputGradientPointwise(
    _ dy: Tensor<Float>, _ weight: Tensor<Float>, scale: Float, _ epilogue: Epilogue<Float>, into dx: Tensor<Float>,
    scratch: Tensor<Float>, pool: WorkerPool
  ) {
    var cutter = ScratchCutter(scratch)
    let filters = Shared(cutter.take(weightCount))
    let panel = FilterPanels.columns
    let square = panel * panel
    let (rows, columns) = (inputChannels / panel, outputChannels / panel)
    // Squares of 32 × 32 filters are contiguous on both sides.
    pool.run(rows * columns) { task, _ in
      let (row, column) = (task / columns, task % columns)
      let (from, to) = (
        weight.base + (column * rows + row) * square, filters.pointer + (row * columns + column) * square
      )
      for i in stride(from: 0, to: panel, by: VectorLanes.count) {
        for j in stride(from: 0, to: panel, by: VectorLanes.count) {
          transpose_square(from + (i &* panel &+ j), panel, to + (j &* panel &+ i), panel)
        }
      }
    }
    let pass = PointwisePass(inputs: outputChannels, outputs: inputChannels)
    pass.run(dy, .identity, filters.pointer, scale: scale, epilogue, into: dx, &cutter, pool)
  }

  /// The pointwise form of `convolveWeightGradient`.
  func weightGradientPointwise(
    _ x: Tensor<Float>, _ activation: InputActivation<Float>, _ dy: Tensor<Float>, into dWeight: Tensor<Float>,
    scratch: Tensor<Float>, pool: WorkerPool
  ) {
    var cutter = ScratchCutter(scratch)
    PointwiseGradient(shape: x.shape, outputs: outputChannels).run(
      x, activation, dy, into: dWeight.base, &cutter, pool)
  }

  /// Scratch elements for inputs of one shard's `shape`.
  func pointwiseScratch(_ shape: Shape, workers: Int) -> Int {
    let forward = PointwisePass(inputs: inputChannels, outputs: outputChannels)
    let backward = PointwisePass(inputs: outputChannels, outputs: inputChannels)
    // Fewer images may be cut into other parts.
    let sums = (1...max(shape[0], 1)).map { images in
      PointwiseGradient(shape: shape.withOutermost(images), outputs: outputChannels).scratchElements(workers: workers)
    }
    return max(
      forward.scratchElements(workers: workers),
      ScratchCutter.rounded(weightCount) + backward.scratchElements(workers: workers), sums.max() ?? 0)
  }
}

/// A 1 × 1 convolution, or its input gradient, of any number of pixels.
private struct PointwisePass {
  /// Pixels of a task, which stay in the L2 cache while all filters pass by.
  private static let pixelsPerTask = 8 * VectorLanes.rowsPerPanel

  let inputs: Int
  let outputs: Int

  func scratchElements(workers: Int) -> Int {
    workers * ScratchCutter.rounded(Self.pixelsPerTask * (inputs + outputs))
  }

  func run(
    _ x: Tensor<Float>, _ activation: InputActivation<Float>, _ filters: UnsafePointer<Float>, scale: Float,
    _ epilogue: Epilogue<Float>, into y: Tensor<Float>, _ cutter: inout ScratchCutter, _ pool: WorkerPool
  ) {
    let pixels = x.count / inputs
    let copies = Slices(&cutter, Self.pixelsPerTask * (inputs + outputs), count: pool.threads)
    let residual: Tensor<Float>? = if case .same(let map) = epilogue.residual { map } else { nil }
    let filters = Shared(filters)
    pool.run((pixels + Self.pixelsPerTask - 1) / Self.pixelsPerTask) { task, worker in
      let first = task * Self.pixelsPerTask
      let count = min(Self.pixelsPerTask, pixels - first)
      let panels = TilePanels.panels(count)
      let (from, to) = (x.base + first * inputs, y.base + first * outputs)
      let bias = epilogue.bias.map { UnsafePointer($0.base) }
      let isWhole = count % VectorLanes.rowsPerPanel == 0
      var source = UnsafePointer(from)
      if !isWhole || !activation.isIdentity {
        let copy = copies[worker]
        activate(x, activation, pixels: first..<first + count, into: copy)
        (copy + count * inputs).update(repeating: 0, count: (panels * VectorLanes.rowsPerPanel - count) * inputs)
        source = UnsafePointer(copy)
      }
      if isWhole {
        multiplyPixels(
          panels: panels, source, inputs: inputs, filters.pointer, outputs: outputs, into: to, scale: scale,
          PixelSummands(bias: bias, residual: residual.map { UnsafePointer($0.base + first * outputs) }))
        return
      }
      // The last pixels fill no panel: their results go through a copy, too.
      let result = copies[worker] + Self.pixelsPerTask * inputs
      if let residual { result.update(from: residual.base + first * outputs, count: count * outputs) }
      multiplyPixels(
        panels: panels, source, inputs: inputs, filters.pointer, outputs: outputs, into: result, scale: scale,
        PixelSummands(bias: bias, residual: residual.map { _ in UnsafePointer(result) }))
      to.update(from: result, count: count * outputs)
    }
    if case .upsampled = epilogue.residual {
      pool.run(y.shape[0]) { image, _ in
        Epilogue(residual: epilogue.residual).add(to: y, images: image..<image + 1, rows: 0..<y.shape[1])
      }
    }
  }
}

/// Writes the activated pixels of a run, which may go across images.
private func activate(
  _ x: Tensor<Float>, _ activation: InputActivation<Float>, pixels: Range<Int>, into copy: UnsafeMutablePointer<Float>
) {
  let (perImage, channels) = (x.shape[1] * x.shape[2], x.shape[3])
  var pixel = pixels.lowerBound
  while pixel < pixels.upperBound {
    let image = pixel / perImage
    let end = min((image + 1) * perImage, pixels.upperBound)
    activate(
      x.base + pixel * channels, activation, sample: image, pixels: end - pixel, channels: channels,
      into: copy + (pixel - pixels.lowerBound) * channels)
    pixel = end
  }
}
