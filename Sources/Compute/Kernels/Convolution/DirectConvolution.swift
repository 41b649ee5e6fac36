internal import BLAS
internal import Tensors
internal import Threads

/// The direct form of `convolve`, by matrix products of gathered columns (im2col): the oracle of faster ones.
///
/// One product per band of one shard: `[pixels, k·k·C] × [k·k·C, O]`. Upsampling happens while columns are gathered, pooling
/// while products are written out.
func convolveDirectly<Scalar: KernelScalar>(
  _ convolution: Convolution, _ x: Tensor<Scalar>, activation: InputActivation<Scalar>, weight: Tensor<Scalar>,
  weightScale: Scalar, epilogue: Epilogue<Scalar>, into y: Tensor<Scalar>, shards: Int,
  scratch: ConvolutionScratch<Scalar>, pool: WorkerPool
) {
  let shardImages = x.shape[0] / shards
  let bands = convolution.bands(x.shape.withOutermost(shardImages))
  let outputs = convolution.outputChannels
  let filters = weight.matrix(columns: outputs)
  let isPooled = convolution.resampling == .averagePool
  pool.run(shards * bands.count) { task, worker in
    let shard = task / bands.count
    let local = bands[task % bands.count]
    let images = local.images.lowerBound + shard * shardImages..<local.images.upperBound + shard * shardImages
    let band = (images: images, rows: local.rows)
    let input = convolution.activatedBand(
      x, activation, band, scratch: scratch.activated[rows: worker..<worker + 1].base)
    let pixels = images.count * local.rows.count * bands.width
    let columns = convolution.columns(input, x.shape[1], local.rows, bands.width, scratch, worker)
    let firstPixel = (images.lowerBound * bands.height + local.rows.lowerBound) * bands.width
    let product =
      isPooled ? scratch.product[rows: worker..<worker + 1].base : y.base + firstPixel * outputs
    multiply(
      Matrix(columns, rows: pixels, columns: convolution.depth), filters,
      into: Matrix(product, rows: pixels, columns: outputs), scale: weightScale)
    if isPooled {
      averagePool(
        product, images: images.count, rows: local.rows.count, width: bands.width, channels: outputs,
        into: y.base + firstPixel / 4 * outputs)
    }
    let divisor = isPooled ? 2 : 1
    epilogue.add(
      to: y, images: images, rows: local.rows.lowerBound / divisor..<local.rows.upperBound / divisor)
  }
}

/// The direct form of `convolveInputGradient`: one product per band, added into the pixels that its columns came from.
func convolveInputGradientDirectly<Scalar: KernelScalar>(
  _ convolution: Convolution, dy: Tensor<Scalar>, weight: Tensor<Scalar>, weightScale: Scalar, into dx: Tensor<Scalar>,
  adding: Bool, shards: Int, scratch: ConvolutionScratch<Scalar>, pool: WorkerPool
) {
  let shardImages = dx.shape[0] / shards
  let bands = convolution.bands(dx.shape.withOutermost(shardImages))
  let filters = weight.matrix(columns: convolution.outputChannels).transposed
  let imageSize = dx.shape[1] * dx.shape[2] * convolution.inputChannels
  pool.run(shards * bands.groups) { task, worker in
    let shard = task / bands.groups
    for bandIndex in 0..<bands.bandsPerGroup {
      let local = bands[task % bands.groups * bands.bandsPerGroup + bandIndex]
      let images = local.images.lowerBound + shard * shardImages..<local.images.upperBound + shard * shardImages
      let pixels = images.count * local.rows.count * bands.width
      let gradient = convolution.outputGradient(dy, images, local.rows, bands, scratch, worker)
      if convolution.kernelSize == 1 {
        let first = (images.lowerBound * bands.height + local.rows.lowerBound) * bands.width
        multiply(
          Matrix(gradient, rows: pixels, columns: convolution.outputChannels), filters,
          into: Matrix(
            dx.base + first * convolution.inputChannels, rows: pixels, columns: convolution.inputChannels),
          scale: weightScale, adding: adding ? 1 : 0)
        continue
      }
      if bandIndex == 0 {
        (dx.base + images.lowerBound * imageSize).update(repeating: 0, count: images.count * imageSize)
      }
      let columns = scratch.columns[rows: worker..<worker + 1].base
      multiply(
        Matrix(gradient, rows: pixels, columns: convolution.outputChannels), filters,
        into: Matrix(columns, rows: pixels, columns: convolution.depth), scale: weightScale)
      convolution.scatterColumns(columns, rows: local.rows, width: bands.width, images: images, into: dx)
    }
  }
}

/// The direct form of `convolveWeightGradient`, shared out by tap rows, or for 1 × 1 filters by input channels.
func convolveWeightGradientDirectly<Scalar: KernelScalar>(
  _ convolution: Convolution, _ x: Tensor<Scalar>, activation: InputActivation<Scalar>, dy: Tensor<Scalar>,
  into dWeight: Tensor<Scalar>, scratch: ConvolutionScratch<Scalar>, pool: WorkerPool
) {
  let bands = convolution.bands(x.shape)
  let (taps, inputs, outputs) = (convolution.kernelSize, convolution.inputChannels, convolution.outputChannels)
  // Enough channels for a product to run near its peak; an activation is applied to all of them at once.
  let parts = taps == 1 && activation.isIdentity ? max(1, inputs / 128) : 1
  pool.run(taps * parts) { task, worker in
    let (tap, part) = (task / parts, task % parts)
    let rows = taps > 1 ? taps * inputs : inputs * (part + 1) / parts - inputs * part / parts
    let first = taps > 1 ? tap * taps * inputs : inputs * part / parts
    let result = Matrix(dWeight.base + first * outputs, rows: rows, columns: outputs)
    for index in 0..<bands.count {
      let band = bands[index]
      let pixels = band.images.count * band.rows.count * bands.width
      let input = convolution.activatedBand(
        x, activation, band, scratch: scratch.activated[rows: worker..<worker + 1].base)
      var columns = Matrix(input.base + (taps > 1 ? 0 : first), rows: pixels, columns: rows, stride: max(inputs, rows))
      if taps > 1 {
        columns = Matrix(scratch.columns[rows: worker..<worker + 1].base, rows: pixels, columns: rows)
        convolution.gatherColumns(
          input, inputHeight: x.shape[1], rows: band.rows, width: bands.width, taps: tap..<tap + 1, into: columns.base)
      }
      let gradient = convolution.outputGradient(dy, band.images, band.rows, bands, scratch, worker)
      multiply(
        columns.transposed, Matrix(gradient, rows: pixels, columns: outputs), into: result, adding: index == 0 ? 0 : 1)
    }
  }
}

extension Convolution {
  /// All columns of a band: gathered, or for 1 × 1 filters the input itself.
  @inline(__always)
  fileprivate func columns<Scalar: KernelScalar>(
    _ input: ActivatedBand<Scalar>, _ inputHeight: Int, _ rows: Range<Int>, _ width: Int,
    _ scratch: ConvolutionScratch<Scalar>, _ worker: Int
  ) -> UnsafeMutablePointer<Scalar> {
    if kernelSize == 1 { return input.base }
    let columns = scratch.columns[rows: worker..<worker + 1].base
    gatherColumns(
      input, inputHeight: inputHeight, rows: rows, width: width, taps: 0..<kernelSize, into: columns)
    return columns
  }

  /// The gradient of a band's products: `dy` itself, or a quarter of it for each pooled pixel.
  @inline(__always)
  fileprivate func outputGradient<Scalar: KernelScalar>(
    _ dy: Tensor<Scalar>, _ images: Range<Int>, _ rows: Range<Int>, _ bands: ConvolutionBands,
    _ scratch: ConvolutionScratch<Scalar>, _ worker: Int
  ) -> UnsafeMutablePointer<Scalar> {
    let first = (images.lowerBound * bands.height + rows.lowerBound) * bands.width
    if resampling != .averagePool { return dy.base + first * outputChannels }
    let product = scratch.product[rows: worker..<worker + 1].base
    averagePoolGradient(
      dy.base + first / 4 * outputChannels, images: images.count, rows: rows.count, width: bands.width,
      channels: outputChannels, into: product)
    return product
  }
}

extension Epilogue {
  /// Adds bias and residual to the rows `rows` of the images `images` of `y`.
  @inline(__always)
  func add(to y: Tensor<Scalar>, images: Range<Int>, rows: Range<Int>) {
    let height = y.shape[1]
    let width = y.shape[2]
    let channels = y.shape[3]
    for image in images {
      for row in rows {
        let line = y.base + ((image &* height &+ row) &* width) &* channels
        if let bias {
          for pixel in 0..<width {
            let to = line + pixel &* channels
            for c in 0..<channels { to[c] += bias.base[c] }
          }
        }
        switch residual {
        case .none: break
        case .same(let other):
          let from = other.base + ((image &* height &+ row) &* width) &* channels
          for i in 0..<width &* channels { line[i] += from[i] }
        case .upsampled(let other):
          let from = other.base + ((image &* (height >> 1) &+ (row >> 1)) &* (width >> 1)) &* channels
          for pixel in 0..<width {
            let to = line + pixel &* channels
            let source = from + (pixel >> 1) &* channels
            for c in 0..<channels { to[c] += source[c] }
          }
        }
      }
    }
  }
}
