internal import Files

/// The checksum, mean and deviation of a stored data set, from one look at each image in index order.
struct PixelMeasurement {
  private let hash = Fingerprint()
  private let channels: Int
  private var count = 0
  // Whole numbers, so that the result is exact: below 2⁶³ for 10¹² images of a megabyte.
  private var sums: [Int]
  private var squares: [Int]

  /// The nearly black images.
  private(set) var dark = Tally()

  /// Begins with a set of `count` images.
  init(resolution: Int, channels: Int, count: Int) {
    self.channels = channels
    sums = [Int](repeating: 0, count: channels)
    squares = sums
    for number in [resolution, channels, count] { hash.update(number) }
  }

  /// Measures a whole data set.
  init(of source: any ImageDataset) throws(DatasetError) {
    self.init(resolution: source.resolution, channels: source.channels, count: source.count)
    let pixels = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: source.imageSize)
    defer { pixels.deallocate() }
    for index in 0..<source.count {
      try source.copyPixels(index, into: pixels)
      add(UnsafeBufferPointer(pixels), label: source.label(index), name: "image \(index)")
    }
  }

  /// Takes the next image in.
  ///
  /// - Parameters:
  ///   - pixels: Its bytes.
  ///   - label: Its class.
  ///   - name: What people know it by.
  mutating func add(_ pixels: UnsafeBufferPointer<UInt8>, label: Int, name: @autoclosure () -> String) {
    if pixels.allSatisfy({ $0 <= DataSummary.darkest }) { dark.add(name()) }
    hash.update(UnsafeRawBufferPointer(pixels))
    hash.update(label)
    for channel in 0..<channels {
      var (sum, square) = (0, 0)
      for position in stride(from: channel, to: pixels.count, by: channels) {
        let value = Int(pixels[position])
        sum += value
        square += value * value
      }
      sums[channel] += sum
      squares[channel] += square
    }
    count += pixels.count / channels
  }

  /// Resolution, channels, count, then pixels and label of every image.
  var fingerprint: String { hash.hexadecimal }

  /// The mean of each channel, in 0…1.
  var mean: [Double] { sums.map { Double($0) / Double(count) / 255 } }

  /// The standard deviation of each channel, in 0…1.
  var deviation: [Double] {
    zip(sums, squares).map { sum, square in
      let mean = Double(sum) / Double(count)
      return max(0, Double(square) / Double(count) - mean * mean).squareRoot() / 255
    }
  }
}
