/// How an image is made smaller or larger.
public enum ResizeFilter: String, Sendable, CaseIterable {
  /// A tent, one pixel to each side.
  case bilinear
  /// Keys's cubic with a = −1/2, two pixels to each side.
  case bicubic

  fileprivate var pillow: PillowFilter { self == .bilinear ? .bilinear : .bicubic }
}

extension DecodedImage {
  /// The image at another size, to the byte as Pillow's `Image.resize` makes it.
  ///
  /// Where the image gets smaller the filter gets as much wider, so that all pixels count. Rows come first, then
  /// columns; weights are whole multiples of 2⁻²², and both passes round to bytes.
  ///
  /// - Parameters:
  ///   - width: Pixels in a row of the result.
  ///   - height: Rows of the result.
  ///   - filter: How neighbours are weighted.
  /// - Returns: The resized image.
  public func resized(width: Int, height: Int, _ filter: ResizeFilter) -> DecodedImage {
    resized(width: width, height: height, pillow: filter.pillow)
  }

  /// The image at another size with any of Pillow's filters, to the byte as its `Image.resize` makes it.
  public func resized(width: Int, height: Int, pillow filter: PillowFilter) -> DecodedImage {
    guard (width, height) != (self.width, self.height) else { return self }
    let rows = [UInt8](unsafeUninitializedCapacity: self.height * width * channels) { target, count in
      pixels.withUnsafeBufferPointer { source in
        // Every row by itself: positions are columns.
        let windows = Windows(self.width, width, filter)
        for row in 0..<self.height {
          let (from, to) = (row * self.width * channels, row * width * channels)
          if channels == 3 {
            Self.resampleColours(source, from: from, windows, into: target, at: to)
          } else {
            Self.resampleGrey(source, from: from, windows, into: target, at: to)
          }
        }
      }
      count = target.count
    }
    let result = [UInt8](unsafeUninitializedCapacity: height * width * channels) { target, count in
      rows.withUnsafeBufferPointer { source in
        // All columns at once: positions are rows, and the elements of a position all bytes of a row.
        let windows = Windows(self.height, height, filter)
        Self.resample(source, windows, elements: width * channels, into: target, at: 0)
      }
      count = target.count
    }
    return DecodedImage(pixels: result, width: width, height: height, channels: channels)
  }

  /// The part of the image in a square of its short side, which lies in the middle.
  ///
  /// Half a pixel is rounded to the even neighbour, as torchvision does.
  public func centreSquare() -> DecodedImage {
    let side = min(width, height)
    guard width != height else { return self }
    let left = Int((Double(width - side) / 2).rounded(.toNearestOrEven))
    let top = Int((Double(height - side) / 2).rounded(.toNearestOrEven))
    var result: [UInt8] = []
    result.reserveCapacity(side * side * channels)
    for row in top..<top + side {
      let start = (row * width + left) * channels
      result += pixels[start..<start + side * channels]
    }
    return DecodedImage(pixels: result, width: side, height: side, channels: channels)
  }

  /// The image in grey: the luma of ITU-R 601, with the rounding of Pillow's mode "L".
  public func grey() -> DecodedImage {
    guard channels == 3 else { return self }
    var result: [UInt8] = []
    result.reserveCapacity(width * height)
    for pixel in 0..<width * height {
      let (red, green, blue) = (pixels[3 * pixel], pixels[3 * pixel + 1], pixels[3 * pixel + 2])
      result.append(Colour(red: red, green: green, blue: blue).brightness)
    }
    return DecodedImage(pixels: result, width: width, height: height, channels: 1)
  }

  /// The image in red, green and blue; of grey ones all three are equal.
  public func colours() -> DecodedImage {
    guard channels == 1 else { return self }
    return DecodedImage(pixels: pixels.flatMap { [$0, $0, $0] }, width: width, height: height, channels: 3)
  }

  /// The positions that each position of the result comes from, and their weights times 2²², all in one row.
  private struct Windows {
    let firsts: [Int]
    /// Where the weights of each position begin; one more than there are positions.
    let starts: [Int]
    let weights: [Int32]

    init(_ size: Int, _ wanted: Int, _ filter: PillowFilter) {
      let windows = filter.windows(size, wanted)
      firsts = windows.map(\.first)
      starts = windows.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.weights.count) }
      weights = windows.flatMap(\.weights).map { Int32($0 * Double(1 << 22) + ($0 < 0 ? -0.5 : 0.5)) }
    }
  }

  /// A row of three channels; four bytes are read for three where there are as many.
  private static func resampleColours(
    _ source: UnsafeBufferPointer<UInt8>, from start: Int, _ windows: Windows,
    into target: UnsafeMutableBufferPointer<UInt8>, at offset: Int
  ) {
    let bytes = UnsafeRawBufferPointer(source)
    for (position, first) in windows.firsts.enumerated() {
      var sum = SIMD4<Int32>(repeating: 1 << 21)
      var place = start + 3 * first
      for tap in windows.starts[position]..<windows.starts[position + 1] {
        let pixel =
          place + 4 <= source.count
          ? bytes.loadUnaligned(fromByteOffset: place, as: SIMD4<UInt8>.self)
          : SIMD4(source[place], source[place + 1], source[place + 2], 0)
        sum &+= SIMD4<Int32>(truncatingIfNeeded: pixel) &* windows.weights[tap]
        place += 3
      }
      let result = SIMD4<UInt8>(
        truncatingIfNeeded: (sum &>> 22).clamped(lowerBound: .zero, upperBound: .init(repeating: 255)))
      let to = offset + 3 * position
      (target[to], target[to + 1], target[to + 2]) = (result[0], result[1], result[2])
    }
  }

  /// A row of one channel.
  private static func resampleGrey(
    _ source: UnsafeBufferPointer<UInt8>, from start: Int, _ windows: Windows,
    into target: UnsafeMutableBufferPointer<UInt8>, at offset: Int
  ) {
    for (position, first) in windows.firsts.enumerated() {
      var sum: Int32 = 1 << 21
      for (place, tap) in (windows.starts[position]..<windows.starts[position + 1]).enumerated() {
        sum &+= windows.weights[tap] &* Int32(source[start + first + place])
      }
      target[offset + position] = UInt8(max(0, min(255, sum >> 22)))
    }
  }

  /// All columns at once.
  private static func resample(
    _ source: UnsafeBufferPointer<UInt8>, _ windows: Windows, elements: Int,
    into target: UnsafeMutableBufferPointer<UInt8>, at offset: Int
  ) {
    let sums = UnsafeMutableBufferPointer<Int32>.allocate(capacity: elements)
    defer { sums.deallocate() }
    for (position, first) in windows.firsts.enumerated() {
      sums.update(repeating: 1 << 21)
      for (place, tap) in (windows.starts[position]..<windows.starts[position + 1]).enumerated() {
        let (start, weight) = ((first + place) * elements, windows.weights[tap])
        for element in 0..<elements { sums[element] &+= weight &* Int32(source[start + element]) }
      }
      let start = offset + position * elements
      for element in 0..<elements { target[start + element] = UInt8(max(0, min(255, sums[element] >> 22))) }
    }
  }
}
