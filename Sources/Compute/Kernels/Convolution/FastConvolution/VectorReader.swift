internal import Tensors

/// What happens to a vector of channels as it is read: an activation, for one image and some channels.
///
/// A type and not a case, so that every transform is compiled for it.
protocol VectorReader {
  /// What differs from one vector of channels to the next.
  associatedtype Source
  /// The reader of the channels from `channel` on, of an image.
  init(_ source: Source, image: Int, channel: Int)
  /// The vector at `p`, activated.
  func read(_ p: UnsafePointer<Float>) -> Vector
}

/// Reads vectors as they are.
struct PlainReader: VectorReader {
  @inline(__always) init() {}
  @inline(__always) init(_ source: Void, image: Int, channel: Int) {}
  @inline(__always) func read(_ p: UnsafePointer<Float>) -> Vector { load(p) }
}

/// Reads vectors behind a ReLU.
struct RectifiedReader: VectorReader {
  @inline(__always) init(_ source: Void, image: Int, channel: Int) {}
  @inline(__always) func read(_ p: UnsafePointer<Float>) -> Vector { rectified(load(p)) }
}

/// Reads vectors behind a normalization and a ReLU.
struct NormalizedReader: VectorReader {
  /// Scales and shifts, `[N, C]` both.
  struct Source {
    let scales: UnsafePointer<Float>
    let shifts: UnsafePointer<Float>
    let channels: Int
  }

  private let scale: Vector
  private let shift: Vector

  @inline(__always)
  init(_ source: Source, image: Int, channel: Int) {
    let first = image &* source.channels &+ channel
    (scale, shift) = (load(source.scales + first), load(source.shifts + first))
  }

  @inline(__always)
  func read(_ p: UnsafePointer<Float>) -> Vector { rectified(preactivation(load(p), scale: scale, shift: shift)) }
}
