internal import CVectors
public import Tensors
public import Threads

/// What happens to a convolution's input on its way in: nothing, a ReLU, or a normalization's scale and shift with a ReLU.
///
/// The activated map is never stored. Forward, backward and audit decide by the one expression `preactivation` on the
/// same stored input whether a ReLU passes, so they cannot disagree.
public enum InputActivation<Scalar: KernelScalar>: Sendable {
  /// The input as it is.
  case identity
  /// `max(0, x)`.
  case relu
  /// `max(0, scale · x + shift)` with a scale and a shift per sample and channel, both `[N, C]`.
  case scaleShiftReLU(scale: Tensor<Scalar>, shift: Tensor<Scalar>)

  /// Whether nothing happens.
  var isIdentity: Bool { if case .identity = self { true } else { false } }

  /// The part of it that belongs to the samples `range`.
  public func rows(_ range: Range<Int>) -> InputActivation {
    switch self {
    case .identity, .relu: self
    case .scaleShiftReLU(let scale, let shift):
      .scaleShiftReLU(scale: scale[rows: range], shift: shift[rows: range])
    }
  }
}

/// The number whose sign decides whether a ReLU after a normalization passes: one fused multiply-add, one rounding.
@inline(__always)
func preactivation<Scalar: KernelScalar>(_ x: Scalar, scale: Scalar, shift: Scalar) -> Scalar {
  shift.addingProduct(scale, x)
}

/// `max(0, x)`; not-a-number stays what it is, so that it is noticed.
@inline(__always)
func rectified<Scalar: KernelScalar>(_ x: Scalar) -> Scalar { x <= 0 ? 0 : x }

/// `preactivation` of several channels, with the same rounding.
@inline(__always)
func preactivation(_ x: Vector, scale: Vector, shift: Vector) -> Vector { fused(scale, x, shift) }

/// `max(0, x)` of several channels, by the same comparison.
@inline(__always)
func rectified(_ x: Vector) -> Vector { passed_by(x, x) }

/// Whether a ReLU passes `x`.
@inline(__always)
func passes<Scalar: KernelScalar>(_ x: Scalar) -> Bool { !(x <= 0) }

/// Writes the activated input of one sample: `pixels` · `channels` elements from `x` to `y`.
@inline(__always)
func activate<Scalar: KernelScalar>(
  _ x: UnsafePointer<Scalar>, _ activation: InputActivation<Scalar>, sample: Int, pixels: Int, channels: Int,
  into y: UnsafeMutablePointer<Scalar>
) {
  switch activation {
  case .identity:
    y.update(from: x, count: pixels &* channels)
  case .relu:
    for i in 0..<pixels &* channels { y[i] = rectified(x[i]) }
  case .scaleShiftReLU(let scales, let shifts):
    let scale = scales.base + sample &* channels
    let shift = shifts.base + sample &* channels
    for pixel in 0..<pixels {
      let from = x + pixel &* channels
      let to = y + pixel &* channels
      for c in 0..<channels { to[c] = rectified(preactivation(from[c], scale: scale[c], shift: shift[c])) }
    }
  }
}

/// Writes the activated input, for what is no convolution.
///
/// - Parameters:
///   - x: The stored input, `[N, H, W, C]`.
///   - activation: What happens to it.
///   - y: As many elements, overwritten.
///   - pool: Shares out samples.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func activate<Scalar: KernelScalar>(
  _ x: Tensor<Scalar>, _ activation: InputActivation<Scalar>, into y: Tensor<Scalar>, pool: WorkerPool
) {
  precondition(x.count == y.count, "activation of \(x.shape) into \(y.shape)")
  let (pixels, channels) = (x.shape[1] * x.shape[2], x.shape[3])
  pool.run(x.shape[0]) { n, _ in
    let start = n &* pixels &* channels
    activate(x.base + start, activation, sample: n, pixels: pixels, channels: channels, into: y.base + start)
  }
}

/// Records which ReLUs of an activation pass: 1 where they do, in the order of `x`.
///
/// - Parameters:
///   - x: The stored input, `[N, H, W, C]`.
///   - activation: What the convolution does to it.
///   - mask: As many bytes as `x` has elements, overwritten.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func recordMask<Scalar: KernelScalar>(
  _ x: Tensor<Scalar>, _ activation: InputActivation<Scalar>, into mask: UnsafeMutablePointer<UInt8>
) {
  let channels = x.shape[x.shape.rank - 1]
  let pixels = x.count / channels
  let samplePixels = pixels / max(x.shape[0], 1)
  for pixel in 0..<pixels {
    for c in 0..<channels {
      let i = pixel * channels + c
      switch activation {
      case .identity: mask[i] = 1
      case .relu: mask[i] = passes(x.base[i]) ? 1 : 0
      case .scaleShiftReLU(let scale, let shift):
        let j = pixel / samplePixels * channels + c
        mask[i] = passes(preactivation(x.base[i], scale: scale.base[j], shift: shift.base[j])) ? 1 : 0
      }
    }
  }
}
