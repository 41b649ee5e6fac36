/// A window that slides over a map: of a convolution or of a pooling.
package struct Window: Hashable, Sendable {
  /// Pixels beyond the map's edges.
  package struct Padding: Hashable, Sendable {
    /// Rows above.
    package let top: Int
    /// Columns to the left.
    package let left: Int
    /// Rows below.
    package let bottom: Int
    /// Columns to the right.
    package let right: Int

    /// The padding of the four edges.
    package init(top: Int, left: Int, bottom: Int, right: Int) {
      (self.top, self.left, self.bottom, self.right) = (top, left, bottom, right)
    }

    /// As many rows above as below, and columns to the left as to the right.
    package init(vertical: Int = 0, horizontal: Int = 0) {
      self.init(top: vertical, left: horizontal, bottom: vertical, right: horizontal)
    }
  }

  /// Rows of the window.
  package let height: Int
  /// Columns of the window.
  package let width: Int
  /// Pixels from one place of the window to the next, down and across.
  package let stride: Int
  /// Pixels beyond the map's edges that the window visits.
  package let padding: Padding

  /// A window.
  package init(height: Int, width: Int, stride: Int = 1, padding: Padding = Padding()) {
    precondition(height >= 1 && width >= 1 && stride >= 1, "a window of \(height) × \(width) with stride \(stride)")
    precondition(
      min(padding.top, padding.bottom) >= 0 && max(padding.top, padding.bottom) < height
        && min(padding.left, padding.right) >= 0 && max(padding.left, padding.right) < width,
      "the padding \(padding) of a window of \(height) × \(width)")
    (self.height, self.width, self.stride, self.padding) = (height, width, stride, padding)
  }

  /// Pixels of the window.
  package var taps: Int { height * width }

  /// The places of the window on a map.
  ///
  /// - Parameters:
  ///   - height: Rows of the map.
  ///   - width: Columns of the map.
  /// - Returns: Rows and columns of places; none where the map is smaller than the window.
  package func places(height: Int, width: Int) -> (height: Int, width: Int) {
    (
      max(0, (height + padding.top + padding.bottom - self.height + stride) / stride),
      max(0, (width + padding.left + padding.right - self.width + stride) / stride)
    )
  }

  /// The rows of the window that lie on a map of `height` rows when it is at a row of places.
  @inline(__always)
  func rows(at place: Int, of height: Int) -> Range<Int> {
    let first = place &* stride &- padding.top
    return max(0, -first)..<max(max(0, -first), min(self.height, height &- first))
  }

  /// The columns of the window that lie on a map of `width` columns when it is at a column of places.
  @inline(__always)
  func columns(at place: Int, of width: Int) -> Range<Int> {
    let first = place &* stride &- padding.left
    return max(0, -first)..<max(max(0, -first), min(self.width, width &- first))
  }
}

/// One image, `[H, W, C]`, perhaps some channels of a wider one.
///
/// Sent to tasks like a `Tensor`: each writes pixels that no other touches.
package struct PixelMap: @unchecked Sendable {
  /// The first pixel's first channel.
  package let base: UnsafeMutablePointer<Float>
  /// Rows.
  package let height: Int
  /// Columns.
  package let width: Int
  /// Channels of this map.
  package let channels: Int
  /// Elements from one pixel to the next: more than `channels` in a part of a wider map.
  package let stride: Int

  /// A map, whose pixels follow each other directly unless `stride` is given.
  package init(_ base: UnsafeMutablePointer<Float>, height: Int, width: Int, channels: Int, stride: Int? = nil) {
    (self.base, self.height, self.width, self.channels) = (base, height, width, channels)
    self.stride = stride ?? channels
    precondition(self.stride >= channels, "pixels of \(channels) channels, \(self.stride) elements apart")
  }

  /// Rows times columns.
  package var pixels: Int { height * width }

  @inline(__always)
  func pixel(_ y: Int, _ x: Int) -> UnsafeMutablePointer<Float> { base + (y &* width &+ x) &* stride }
}

extension PixelMap: CustomStringConvertible {
  /// For instance `[35, 35, 192]`.
  package var description: String { "[\(height), \(width), \(channels)]" }
}
