internal import Tensors
internal import Threads

/// The weight gradient of a 1 × 1 convolution over one shard.
///
/// A block of it takes a few channels of many pixels. Where they lie in the map, most of these would meet in a few sets of the
/// innermost cache, which holds no more than 8 or 12 lines in each: so a run of pixels is first copied into panels, once for all
/// blocks.
struct PointwiseGradient {
  /// Pixels that are summed in one chain.
  private static let pixelsPerChain = 128
  /// Least pixels of a part of the shard, and most numbers of the gradients of all parts.
  private static let leastPixels = 512
  private static let mostSums = 1 << 20

  let pixels: Int
  let inputs: Int
  let outputs: Int
  /// Parts of the shard's pixels that are summed apart, and then in order.
  let parts: Int
  /// Parts of the output channels.
  let columnParts: Int

  init(shape: Shape, outputs: Int) {
    pixels = shape[0] * shape[1] * shape[2]
    inputs = shape[3]
    self.outputs = outputs
    let count = min(8, pixels / Self.leastPixels, Self.mostSums / (inputs * outputs))
    parts = max(1, count)
    columnParts = parts > 1 ? 1 : min(8, outputs / FilterPanels.columns)
  }

  private func panelElements(_ channels: Int) -> Int {
    TilePanels.componentStride(Self.pixelsPerChain, channels, .transposedProduct)
  }

  private var sumElements: Int { parts > 1 ? inputs * outputs : 0 }

  func scratchElements(workers: Int) -> Int {
    parts * ScratchCutter.rounded(sumElements)
      + workers * (ScratchCutter.rounded(panelElements(inputs)) + ScratchCutter.rounded(panelElements(outputs)))
  }

  func run(
    _ x: Tensor<Float>, _ activation: InputActivation<Float>, _ dy: Tensor<Float>,
    into gradient: UnsafeMutablePointer<Float>,
    _ cutter: inout ScratchCutter, _ pool: WorkerPool
  ) {
    let gradient = Shared(gradient)
    let sums = Slices(&cutter, sumElements, count: parts)
    let left = Slices(&cutter, panelElements(inputs), count: pool.threads)
    let right = Slices(&cutter, panelElements(outputs), count: pool.threads)
    pool.run(parts * columnParts) { task, worker in
      let (part, column) = (task / columnParts, task % columnParts)
      let columns = outputs / FilterPanels.columns
      let share = column * columns / columnParts..<(column + 1) * columns / columnParts
      let range = part * pixels / parts..<(part + 1) * pixels / parts
      let result = parts > 1 ? sums[part] : gradient.pointer
      for first in stride(from: range.lowerBound, to: range.upperBound, by: Self.pixelsPerChain) {
        let run = first..<min(first + Self.pixelsPerChain, range.upperBound)
        let rows = TilePanels(left[worker], tiles: run.count, channels: inputs, use: .transposedProduct)
        let others = TilePanels(right[worker], tiles: run.count, channels: outputs, use: .transposedProduct)
        pack(x, activation, pixels: run, channels: 0..<inputs, into: rows)
        pack(
          dy, .identity, pixels: run,
          channels: share.lowerBound * FilterPanels.columns..<share.upperBound * FilterPanels.columns, into: others)
        // What comes next is read while this is multiplied; of the columns, where they are shared out, too much of it.
        let ahead = min(Self.pixelsPerChain, range.upperBound - run.upperBound)
        multiplyPixelsTransposed(
          pixels: run.count, rows, inputs: inputs, others, columns: share, into: result,
          adding: first > range.lowerBound,
          next: NextRows(
            x.base + run.upperBound * inputs, ahead * inputs, dy.base + run.upperBound * outputs, ahead * outputs))
      }
    }
    if parts == 1 { return }
    forEachBlock(of: inputs * outputs, size: 4096, pool: pool) { range in
      for i in stride(from: range.lowerBound, to: range.upperBound, by: VectorLanes.count) {
        var sum = load(sums[0] + i)
        for part in 1..<parts { sum += load(sums[part] + i) }
        store(sum, to: gradient.pointer + i)
      }
    }
  }
}

/// Copies some channels of a run of pixels, which may go across images, into panels of rows, activated.
private func pack(
  _ x: Tensor<Float>, _ activation: InputActivation<Float>, pixels: Range<Int>, channels: Range<Int>,
  into panels: TilePanels
) {
  let (perImage, count) = (x.shape[1] * x.shape[2], x.shape[3])
  switch activation {
  case .identity: packRows(x.base, pixels, perImage: perImage, count, channels, PlainReader.self, (), into: panels)
  case .relu: packRows(x.base, pixels, perImage: perImage, count, channels, RectifiedReader.self, (), into: panels)
  case .scaleShiftReLU(let scales, let shifts):
    let factors = NormalizedReader.Source(scales: scales.base, shifts: shifts.base, channels: count)
    packRows(x.base, pixels, perImage: perImage, count, channels, NormalizedReader.self, factors, into: panels)
  }
}
