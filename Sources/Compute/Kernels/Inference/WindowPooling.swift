internal import CVectors

/// A pooling of windows, with any stride and padding; what lies beyond the edges does not take part.
package struct WindowPooling: Hashable, Sendable {
  /// What becomes of the pixels of a window.
  package enum Kind: Hashable, Sendable {
    /// The largest; not-a-number wins over every number, so that it is noticed.
    case maximum
    /// The mean of those that lie on the map: `count_include_pad=False` in PyTorch's terms.
    case average
  }

  /// What becomes of the pixels of a window.
  package let kind: Kind
  /// The window.
  package let window: Window

  /// A pooling.
  package init(_ kind: Kind, _ window: Window) { (self.kind, self.window) = (kind, window) }

  /// Pools one image.
  ///
  /// - Parameters:
  ///   - x: The input.
  ///   - y: The output, overwritten, perhaps some channels of a wider map.
  package func pool(_ x: PixelMap, into y: PixelMap) {
    precondition(
      x.channels == y.channels && window.places(height: x.height, width: x.width) == (y.height, y.width),
      "pooling by \(window.height) × \(window.width) from \(x) to \(y)")
    switch kind {
    case .maximum: fold(Largest.self, x, y)
    case .average: fold(Mean.self, x, y)
    }
  }

  /// Folds the pixels of each window, row by row.
  private func fold<Fold: WindowFold>(_ kind: Fold.Type, _ x: PixelMap, _ y: PixelMap) {
    let vectors = ChannelVectors(x.channels)
    let line = x.width &* x.stride
    for row in 0..<y.height {
      let rows = window.rows(at: row, of: x.height)
      for column in 0..<y.width {
        let columns = window.columns(at: column, of: x.width)
        let to = y.pixel(row, column)
        let from = x.pixel(
          row &* window.stride &- window.padding.top &+ rows.lowerBound,
          column &* window.stride &- window.padding.left &+ columns.lowerBound)
        vectors.forEach { channel, count in
          var value = Vector(repeating: Fold.start)
          var first = from + channel
          for _ in rows {
            var pixel = first
            for _ in columns {
              value = Fold.fold(value, load(pixel, count))
              pixel += x.stride
            }
            first += line
          }
          store(Fold.finish(value, rows.count &* columns.count), to: to + channel, count)
        }
      }
    }
  }
}

/// What becomes of the pixels of a window.
private protocol WindowFold {
  /// Changes no number that is folded into it.
  static var start: Float { get }
  static func fold(_ value: Vector, _ next: Vector) -> Vector
  static func finish(_ value: Vector, _ count: Int) -> Vector
}

private enum Largest: WindowFold {
  @inline(__always) static var start: Float { -.infinity }
  @inline(__always) static func fold(_ value: Vector, _ next: Vector) -> Vector { larger_of(value, next) }
  @inline(__always) static func finish(_ value: Vector, _ count: Int) -> Vector { value }
}

private enum Mean: WindowFold {
  @inline(__always) static var start: Float { -0.0 }
  @inline(__always) static func fold(_ value: Vector, _ next: Vector) -> Vector { value + next }
  @inline(__always) static func finish(_ value: Vector, _ count: Int) -> Vector { value / Float(count) }
}

/// The mean of each channel over all pixels of one image.
///
/// Rows of pixels are summed in single precision and their sums in double, so the error does not grow with the map.
///
/// - Parameters:
///   - x: The image.
///   - means: As many numbers as `x` has channels, overwritten.
package func channelMeans(_ x: PixelMap, into means: UnsafeMutablePointer<Float>) {
  ChannelVectors(x.channels).forEach { channel, count in
    var low = SIMD16<Double>.zero
    for row in 0..<x.height {
      var sum = Vector.zero
      for column in 0..<x.width { sum += load(x.pixel(row, column) + channel, count) }
      for i in 0..<count { low[i] += Double(sum[i]) }
    }
    for i in 0..<count { means[channel + i] = Float(low[i] / Double(x.pixels)) }
  }
}
