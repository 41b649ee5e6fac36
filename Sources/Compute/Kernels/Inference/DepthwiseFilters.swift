package import Tensors

/// The filters of a depthwise convolution: each channel has a window of weights of its own.
package struct DepthwiseFilters: @unchecked Sendable {
  /// The window.
  package let window: Window
  /// Channels of both maps.
  package let channels: Int
  private let filters: Tensor<Float>
  private let bias: Tensor<Float>

  /// Packs filters.
  ///
  /// - Parameters:
  ///   - weights: `[C, 1, kh, kw]`, as files have them.
  ///   - bias: `[C]`.
  ///   - window: The window.
  ///   - workspace: Gives the memory.
  package init(_ weights: [Float], bias: [Float], window: Window, in workspace: Workspace) {
    precondition(
      weights.count == bias.count * window.taps,
      "\(weights.count) weights for [\(bias.count), 1, \(window.height), \(window.width)]")
    self.window = window
    channels = bias.count
    filters = workspace.tensor(Shape(window.taps, channels))
    self.bias = workspace.tensor(Shape(channels))
    for channel in 0..<channels {
      self.bias.base[channel] = bias[channel]
      for tap in 0..<window.taps { filters.base[tap * channels + channel] = weights[channel * window.taps + tap] }
    }
  }

  /// Multiply-adds for a map of `height` × `width` pixels.
  package func multiplyAdds(height: Int, width: Int) -> Int {
    let places = window.places(height: height, width: width)
    return places.height * places.width * window.taps * channels
  }

  /// Convolves one image: `y = activation(x ∗ filters + bias)`; a sum begins with the bias and goes on tap by tap.
  ///
  /// - Parameters:
  ///   - x: The input.
  ///   - y: The output, overwritten.
  ///   - activation: What comes last.
  package func convolve(_ x: PixelMap, into y: PixelMap, _ activation: OutputActivation) {
    precondition(
      x.channels == channels && y.channels == channels
        && window.places(height: x.height, width: x.width) == (y.height, y.width),
      "a depthwise window of \(window.height) × \(window.width) from \(x) to \(y)")
    let vectors = ChannelVectors(channels)
    let whole = channels / (4 * VectorLanes.count) * (4 * VectorLanes.count)
    let (low, high) = (
      Vector(repeating: activation.bounds.low), Vector(repeating: activation.bounds.high)
    )
    for row in 0..<y.height {
      let rows = window.rows(at: row, of: x.height)
      for column in 0..<y.width {
        let columns = window.columns(at: column, of: x.width)
        let to = y.pixel(row, column)
        let from = x.pixel(
          row &* window.stride &- window.padding.top, column &* window.stride &- window.padding.left)
        // Four vectors at a time: their sums do not wait for each other.
        for channel in stride(from: 0, to: whole, by: 4 &* VectorLanes.count) {
          var sums = InlineArray<4, Vector> { load(bias.base + (channel &+ $0 &* VectorLanes.count)) }
          for i in rows {
            var pixel = from + ((i &* x.width &+ columns.lowerBound) &* x.stride &+ channel)
            var tap = filters.base + ((i &* window.width &+ columns.lowerBound) &* channels &+ channel)
            for _ in columns {
              for v in 0..<4 {
                sums[unchecked: v].accumulate(
                  load(pixel + v &* VectorLanes.count), load(tap + v &* VectorLanes.count))
              }
              pixel += x.stride
              tap += channels
            }
          }
          for v in 0..<4 {
            store(clamped(sums[unchecked: v], low, high), to: to + (channel &+ v &* VectorLanes.count))
          }
        }
        vectors.forEach(from: whole) { channel, count in
          var sum = load(bias.base + channel, count)
          for i in rows {
            for j in columns {
              sum.accumulate(
                load(from + ((i &* x.width &+ j) &* x.stride &+ channel), count),
                load(filters.base + ((i &* window.width &+ j) &* channels &+ channel), count))
            }
          }
          store(clamped(sum, low, high), to: to + channel, count)
        }
      }
    }
  }
}
