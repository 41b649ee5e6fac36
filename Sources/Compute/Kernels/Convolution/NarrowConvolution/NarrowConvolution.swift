internal import Tensors
internal import Threads

// 3 × 3 convolutions with an image on one side, a few channels, and a wide map of many on the other: the first of a
// discriminator and the last of a generator. A transformed domain would save multiplications but have to write and read
// many times the narrow map's size, so these compute the nine taps as they are. What they save is the columns: a product
// with a narrow map reads three of its rows in place, and one that gives a narrow map is made for the nine taps before
// they are shifted and summed, so that the wide map is read once.
//
//                     forward         input gradient   weight gradient
//     narrow to wide  toWide          toNarrow         sums of narrow ⊗ wide
//     wide to narrow  toNarrow        toWide           the same, transposed

extension Convolution {
  /// Most channels of a narrow map.
  private static var narrowLimit: Int { 4 }
  /// Wide maps have a multiple of this number of channels, on every machine.
  private static var wideMultiple: Int { 16 }
  /// Narrowest map in pixels, so that every row holds whole blocks of them.
  private static var leastWidth: Int { 8 }

  /// Whether one side is an image.
  var isNarrow: Bool { min(inputChannels, outputChannels) <= Self.narrowLimit }

  /// Whether the narrow form covers the layer with inputs that are `width` pixels wide.
  func isNarrow(width: Int) -> Bool {
    kernelSize == 3 && resampling == .none && isNarrow && wideChannels % Self.wideMultiple == 0
      && width >= Self.leastWidth
  }

  private var isNarrowInput: Bool { inputChannels < outputChannels }
  private var narrowChannels: Int { min(inputChannels, outputChannels) }
  private var wideChannels: Int { max(inputChannels, outputChannels) }

  /// The narrow form of `convolve`.
  func forwardNarrow(
    _ x: Tensor<Float>, _ activation: InputActivation<Float>, _ weight: Tensor<Float>, scale: Float,
    _ epilogue: Epilogue<Float>, into y: Tensor<Float>, scratch: Tensor<Float>, pool: WorkerPool
  ) {
    var cutter = ScratchCutter(scratch)
    if isNarrowInput {
      NarrowToWide(shape: x.shape, narrow: narrowChannels, wide: wideChannels).run(
        x, activation, weight.base, scale: scale, epilogue, into: y, &cutter, pool)
    } else {
      let pass = WideToNarrow(shape: x.shape, narrow: narrowChannels, wide: wideChannels)
      let filters = cutter.take(pass.filterElements)
      // [tap][wide][narrow] to [wide][tap][narrow].
      fill(filters, rows: wideChannels, pitch: pass.columns, tapPitch: narrowChannels) { wide, tap, narrow in
        weight.base[(tap &* wideChannels &+ wide) &* narrowChannels &+ narrow]
      }
      pass.run(x, activation, filters, scale: scale, epilogue, into: y, &cutter, pool)
    }
  }

  /// The narrow form of `convolveInputGradient`: the convolution with reversed taps and exchanged channels.
  func inputGradientNarrow(
    _ dy: Tensor<Float>, _ weight: Tensor<Float>, scale: Float, into dx: Tensor<Float>,
    scratch: Tensor<Float>, pool: WorkerPool
  ) {
    var cutter = ScratchCutter(scratch)
    if isNarrowInput {
      let pass = WideToNarrow(shape: dy.shape, narrow: narrowChannels, wide: wideChannels)
      let filters = cutter.take(pass.filterElements)
      fill(filters, rows: wideChannels, pitch: pass.columns, tapPitch: narrowChannels) { wide, tap, narrow in
        weight.base[((8 &- tap) &* narrowChannels &+ narrow) &* wideChannels &+ wide]
      }
      pass.run(dy, .identity, filters, scale: scale, Epilogue(), into: dx, &cutter, pool)
    } else {
      let pass = NarrowToWide(shape: dy.shape, narrow: narrowChannels, wide: wideChannels)
      let filters = cutter.take(pass.filterElements)
      for tap in 0..<9 {
        for wide in 0..<wideChannels {
          for narrow in 0..<narrowChannels {
            filters[(tap &* narrowChannels &+ narrow) &* wideChannels &+ wide] =
              weight.base[((8 &- tap) &* wideChannels &+ wide) &* narrowChannels &+ narrow]
          }
        }
      }
      pass.run(dy, .identity, filters, scale: scale, Epilogue(), into: dx, &cutter, pool)
    }
  }

  /// The narrow form of `convolveWeightGradient`.
  func weightGradientNarrow(
    _ x: Tensor<Float>, _ activation: InputActivation<Float>, _ dy: Tensor<Float>, into dWeight: Tensor<Float>,
    scratch: Tensor<Float>, pool: WorkerPool
  ) {
    var cutter = ScratchCutter(scratch)
    let gradient = NarrowGradient(shape: x.shape, narrow: narrowChannels, wide: wideChannels)
    if isNarrowInput {
      gradient.run(narrow: x, activation, wide: dy, .identity, into: dWeight.base, &cutter, pool)
      return
    }
    let sums = cutter.take(gradient.sumElements)
    gradient.run(narrow: dy, .identity, wide: x, activation, into: sums, &cutter, pool)
    for tap in 0..<9 {
      for wide in 0..<wideChannels {
        for narrow in 0..<narrowChannels {
          dWeight.base[(tap &* wideChannels &+ wide) &* narrowChannels &+ narrow] =
            sums[((8 &- tap) &* narrowChannels &+ narrow) &* wideChannels &+ wide]
        }
      }
    }
  }

  /// Scratch elements for inputs of one shard's `shape`.
  func narrowScratch(_ shape: Shape, workers: Int) -> Int {
    let toWide = NarrowToWide(shape: shape, narrow: narrowChannels, wide: wideChannels)
    let toNarrow = WideToNarrow(shape: shape, narrow: narrowChannels, wide: wideChannels)
    let gradient = NarrowGradient(shape: shape, narrow: narrowChannels, wide: wideChannels)
    return max(
      toWide.scratchElements(workers: workers), toNarrow.scratchElements(workers: workers),
      gradient.scratchElements(workers: workers))
  }

  /// Writes filters as rows of taps, padded with zeros.
  @inline(__always)
  private func fill(
    _ filters: UnsafeMutablePointer<Float>, rows: Int, pitch: Int, tapPitch: Int,
    _ element: (_ wide: Int, _ tap: Int, _ narrow: Int) -> Float
  ) {
    filters.update(repeating: 0, count: rows * pitch)
    for wide in 0..<rows {
      for tap in 0..<9 {
        for narrow in 0..<tapPitch { filters[wide &* pitch &+ tap &* tapPitch &+ narrow] = element(wide, tap, narrow) }
      }
    }
  }
}
