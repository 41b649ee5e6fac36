/// What each position along one axis of a resized image is made from.
struct ResizeTaps: Sendable {
  private enum Kind {
    /// The size stays: everything is as it was.
    case same
    /// Two neighbours as PyTorch's vector code has it: `fma(low, 1 − w, high · w)`.
    case fused
    /// Two neighbours: `low + (high − low) · w`.
    case difference
    /// Any number of neighbours, summed in double precision from the first on.
    case window
  }

  private let kind: Kind
  private let sourceCount: Int
  /// Of every position, its first neighbour.
  private let first: [Int32]
  /// The second of two neighbours.
  private let second: [Int32]
  /// The second neighbour's weight.
  private let weights: [Float]
  /// Where the weights of a window begin in `windowWeights`; one more than there are positions.
  private let starts: [Int32]
  private let windowWeights: [Double]

  /// The neighbours of `wanted` positions among `size`.
  init(_ method: FloatResizer.Method, _ size: Int, _ wanted: Int) {
    sourceCount = size
    let pillow: PillowFilter? =
      switch method {
      case .pytorchBilinear, .tensorflowBilinear: nil
      case .pillowBilinear: .bilinear
      case .pillowBicubic: .bicubic
      case .pillowLanczos: .lanczos
      }
    if let pillow {
      let windows = pillow.windows(size, wanted)
      kind = size == wanted ? .same : .window
      first = windows.map { Int32($0.first) }
      starts = windows.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int32($1.weights.count)) }
      windowWeights = windows.flatMap(\.weights)
      (second, weights) = ([], [])
      return
    }
    (starts, windowWeights) = ([], [])
    let places = (0..<wanted).map { position in
      method == .pytorchBilinear
        ? Self.pytorchPlace(position, size, wanted) : Float(position) * Float(Double(size) / Double(wanted))
    }
    kind = size == wanted ? .same : method == .pytorchBilinear ? .fused : .difference
    let low = places.map { min(Int32($0), Int32(size - 1)) }
    first = low
    second = low.map { min($0 + 1, Int32(size - 1)) }
    weights = zip(places, low).map { min(max($0 - Float($1), 0), 1) }
  }

  /// `area_pixel_compute_source_index` of ATen's UpSample.h: pixels have centres; compilers fuse its product and difference.
  private static func pytorchPlace(_ position: Int, _ size: Int, _ wanted: Int) -> Float {
    max((-0.5 as Float).addingProduct(Float(size) / Float(wanted), Float(position) + 0.5), 0)
  }

  // MARK: Passes

  /// Resizes one row.
  func alongRow(
    _ row: UnsafeBufferPointer<Float>, _ channels: Int, into result: UnsafeMutableBufferPointer<Float>
  ) {
    switch kind {
    case .same: _ = result.update(fromContentsOf: row)
    case .window:
      if channels == 3 { return windowsOfThree(row, into: result) }
      for position in first.indices {
        let (start, end) = (Int(starts[position]), Int(starts[position + 1]))
        for channel in 0..<channels {
          var sum = 0.0
          for tap in start..<end {
            sum += Double(row[(Int(first[position]) + tap - start) * channels + channel]) * windowWeights[tap]
          }
          result[position * channels + channel] = Float(sum)
        }
      }
    case .fused, .difference:
      for position in first.indices {
        let (low, high) = (Int(first[position]) * channels, Int(second[position]) * channels)
        let weight = weights[position]
        for channel in 0..<channels {
          result[position * channels + channel] =
            kind == .fused
            ? Self.fused(row[low + channel], row[high + channel], weight)
            : Self.difference(row[low + channel], row[high + channel], weight)
        }
      }
    }
  }

  /// The same as for any number of channels, with three sums at a time.
  private func windowsOfThree(_ row: UnsafeBufferPointer<Float>, into result: UnsafeMutableBufferPointer<Float>) {
    windowWeights.withUnsafeBufferPointer { weights in
      for position in first.indices {
        var pixel = 3 * Int(first[position])
        var (red, green, blue) = (0.0, 0.0, 0.0)
        for tap in Int(starts[position])..<Int(starts[position + 1]) {
          let weight = weights[tap]
          red += Double(row[pixel]) * weight
          green += Double(row[pixel + 1]) * weight
          blue += Double(row[pixel + 2]) * weight
          pixel += 3
        }
        result[3 * position] = Float(red)
        result[3 * position + 1] = Float(green)
        result[3 * position + 2] = Float(blue)
      }
    }
  }

  /// Makes rows from rows.
  func acrossRows(_ rows: UnsafeBufferPointer<Float>, width: Int, into result: UnsafeMutableBufferPointer<Float>) {
    precondition(rows.count == sourceCount * width, "\(rows.count) floats in \(sourceCount) rows of \(width)")
    if kind == .same { return _ = result.update(fromContentsOf: rows) }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: kind == .window ? width : 0) { sums in
      for position in first.indices {
        let target = UnsafeMutableBufferPointer(rebasing: result[position * width..<(position + 1) * width])
        let low = UnsafeBufferPointer(rebasing: rows[Int(first[position]) * width..<(Int(first[position]) + 1) * width])
        if kind == .window {
          sum(rows, position, width: width, sums, into: target)
          continue
        }
        let high = UnsafeBufferPointer(
          rebasing: rows[Int(second[position]) * width..<(Int(second[position]) + 1) * width])
        let weight = weights[position]
        if kind == .fused {
          for i in 0..<width { target[i] = Self.fused(low[i], high[i], weight) }
        } else {
          for i in 0..<width { target[i] = Self.difference(low[i], high[i], weight) }
        }
      }
    }
  }

  private func sum(
    _ rows: UnsafeBufferPointer<Float>, _ position: Int, width: Int, _ sums: UnsafeMutableBufferPointer<Double>,
    into target: UnsafeMutableBufferPointer<Float>
  ) {
    sums.update(repeating: 0)
    let start = Int(starts[position])
    for tap in start..<Int(starts[position + 1]) {
      let row = (Int(first[position]) + tap - start) * width
      let weight = windowWeights[tap]
      for i in 0..<width { sums[i] += Double(rows[row + i]) * weight }
    }
    for i in 0..<width { target[i] = Float(sums[i]) }
  }

  @inline(__always)
  private static func fused(_ low: Float, _ high: Float, _ weight: Float) -> Float {
    (high * weight).addingProduct(low, 1 - weight)
  }

  @inline(__always)
  private static func difference(_ low: Float, _ high: Float, _ weight: Float) -> Float {
    low + (high - low) * weight
  }
}
