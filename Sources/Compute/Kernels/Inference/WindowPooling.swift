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
    case .maximum:
      visit(x, y) { best, next, isFirst in
        isFirst ? next : best.replacing(with: next, where: (next .> best) .| (next .!= next))
      } finish: { value, _ in
        value
      }
    case .average:
      visit(x, y) { sum, next, isFirst in
        isFirst ? next : sum + next
      } finish: { value, count in
        value / Float(count)
      }
    }
  }

  /// Folds the pixels of each window, row by row.
  @inline(__always)
  private func visit(
    _ x: PixelMap, _ y: PixelMap, fold: (_ value: Vector, _ next: Vector, _ isFirst: Bool) -> Vector,
    finish: (_ value: Vector, _ count: Int) -> Vector
  ) {
    let vectors = ChannelVectors(x.channels)
    for row in 0..<y.height {
      let rows = window.rows(at: row, of: x.height)
      for column in 0..<y.width {
        let columns = window.columns(at: column, of: x.width)
        let to = y.pixel(row, column)
        let from = x.pixel(
          row &* window.stride &- window.padding.top, column &* window.stride &- window.padding.left)
        vectors.forEach { channel, count in
          var value = Vector.zero
          for i in rows {
            for j in columns {
              let next = load(from + ((i &* x.width &+ j) &* x.stride &+ channel), count)
              value = fold(value, next, i == rows.lowerBound && j == columns.lowerBound)
            }
          }
          store(finish(value, rows.count &* columns.count), to: to + channel, count)
        }
      }
    }
  }
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
