internal import Tensors

/// One band of a convolution's input, activated: what the columns are gathered from.
struct ActivatedBand<Scalar: KernelScalar> {
  let base: UnsafeMutablePointer<Scalar>
  /// Input rows held, of each image.
  let rows: Range<Int>
  let width: Int
  let channels: Int
  let images: Int

  /// The row `y` of image `i` (counted from the band's first image).
  @inline(__always)
  func row(_ i: Int, _ y: Int) -> UnsafeMutablePointer<Scalar> {
    base + ((i &* rows.count &+ (y &- rows.lowerBound)) &* width) &* channels
  }
}

extension Convolution {
  /// Activates the input rows that the output rows `band.rows` need, or points at them where there is nothing to do.
  @inline(__always)
  func activatedBand<Scalar: KernelScalar>(
    _ x: Tensor<Scalar>, _ activation: InputActivation<Scalar>, _ band: (images: Range<Int>, rows: Range<Int>),
    scratch: UnsafeMutablePointer<Scalar>
  ) -> ActivatedBand<Scalar> {
    let height = x.shape[1]
    let width = x.shape[2]
    let halo = kernelSize / 2
    let shift = resampling == .upsample ? 1 : 0
    let first = max(0, (band.rows.lowerBound - halo) >> shift)
    let last = min(height - 1, (band.rows.upperBound - 1 + halo) >> shift)
    let rows = first..<last + 1
    let image = height * width * inputChannels
    if case .identity = activation, rows.count == height || band.images.count == 1 {
      let base = x.base + band.images.lowerBound * image + first * width * inputChannels
      return ActivatedBand(
        base: base, rows: rows, width: width, channels: inputChannels, images: band.images.count)
    }
    let result = ActivatedBand(
      base: scratch, rows: rows, width: width, channels: inputChannels, images: band.images.count)
    for (i, sample) in band.images.enumerated() {
      activate(
        x.base + sample * image + first * width * inputChannels, activation, sample: sample,
        pixels: rows.count * width, channels: inputChannels, into: result.row(i, first))
    }
    return result
  }

  /// Writes the columns of a band for the tap rows `taps`: a row per output pixel, a column per tap and input channel.
  @inline(__always)
  func gatherColumns<Scalar: KernelScalar>(
    _ x: ActivatedBand<Scalar>, inputHeight: Int, rows: Range<Int>, width: Int, taps: Range<Int>,
    into columns: UnsafeMutablePointer<Scalar>
  ) {
    let shift = resampling == .upsample ? 1 : 0
    let halo = kernelSize / 2
    let height = inputHeight << shift
    let c = inputChannels
    let tapColumns = kernelSize * c
    let pitch = taps.count * tapColumns
    for image in 0..<x.images {
      for y in rows {
        let start = columns + (image &* rows.count &+ (y &- rows.lowerBound)) &* width &* pitch
        for tap in taps {
          let to = start + (tap &- taps.lowerBound) &* tapColumns
          let source = y &+ tap &- halo
          if source < 0 || source >= height {
            for pixel in 0..<width { (to + pixel &* pitch).update(repeating: 0, count: tapColumns) }
            continue
          }
          let from = x.row(image, source >> shift)
          if kernelSize == 1 {
            for pixel in 0..<width { copy(from + pixel &* c, to: to + pixel &* pitch, c) }
          } else if shift == 0 {
            to.update(repeating: 0, count: c)
            copy(from, to: to + c, min(2, width) &* c)
            if width == 1 { (to + 2 &* c).update(repeating: 0, count: c) }
            if width > 1 {
              for pixel in 1..<width &- 1 { copy(from + (pixel &- 1) &* c, to: to + pixel &* pitch, 3 &* c) }
              let end = to + (width &- 1) &* pitch
              copy(from + (width &- 2) &* c, to: end, 2 &* c)
              (end + 2 &* c).update(repeating: 0, count: c)
            }
          } else {
            for pixel in 0..<width {
              let out = to + pixel &* pitch
              for t in 0..<3 {
                let at = pixel &+ t &- 1
                if at < 0 || at >= width {
                  (out + t &* c).update(repeating: 0, count: c)
                } else {
                  copy(from + (at >> 1) &* c, to: out + t &* c, c)
                }
              }
            }
          }
        }
      }
    }
  }

  /// The adjoint of gathering all tap rows: adds every column into the input gradient it came from.
  @inline(__always)
  func scatterColumns<Scalar: KernelScalar>(
    _ columns: UnsafePointer<Scalar>, rows: Range<Int>, width: Int, images: Range<Int>,
    into dx: Tensor<Scalar>
  ) {
    let shift = resampling == .upsample ? 1 : 0
    let halo = kernelSize / 2
    let inputWidth = dx.shape[2]
    let height = dx.shape[1] << shift
    let c = inputChannels
    let pitch = depth
    for (i, image) in images.enumerated() {
      for y in rows {
        let start = columns + (i &* rows.count &+ (y &- rows.lowerBound)) &* width &* pitch
        for tap in 0..<kernelSize {
          let source = y &+ tap &- halo
          if source < 0 || source >= height { continue }
          let to = dx.base + ((image &* dx.shape[1] &+ (source >> shift)) &* inputWidth) &* c
          for pixel in 0..<width {
            let from = start + pixel &* pitch + tap &* kernelSize &* c
            for t in 0..<kernelSize {
              let at = pixel &+ t &- halo
              if at < 0 || at >= width { continue }
              add(from + t &* c, to: to + (at >> shift) &* c, c)
            }
          }
        }
      }
    }
  }
}

/// Copies a short run; a loop, since most runs are too short to pay for a call.
@inline(__always)
private func copy<Scalar: KernelScalar>(
  _ from: UnsafePointer<Scalar>, to: UnsafeMutablePointer<Scalar>, _ count: Int
) {
  for i in 0..<count { to[i] = from[i] }
}

/// Adds a short run.
@inline(__always)
private func add<Scalar: KernelScalar>(
  _ from: UnsafePointer<Scalar>, to: UnsafeMutablePointer<Scalar>, _ count: Int
) {
  for i in 0..<count { to[i] += from[i] }
}
