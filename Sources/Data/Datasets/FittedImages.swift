internal import Files
internal import Images

/// Images of one size, made to fit a network.
struct FittedImages {
  /// What happens to images that are smaller than the network's.
  enum Growth {
    /// They lie in the middle of black.
    case padded
    /// They are resized as larger ones are.
    case resized
  }

  /// All images, one after the other.
  let pixels: [UInt8]
  /// Height and width.
  let resolution: Int
  /// 1 if the images are grey or shall be, else 3.
  let channels: Int

  /// Makes images fit.
  ///
  /// - Parameters:
  ///   - images: All images, rows from the top, channels fastest.
  ///   - shape: Number, height, width and channels of the images.
  ///   - request: The form wanted.
  ///   - growth: What happens to small images; whatever is larger is cut to the square in the middle and resized.
  /// - Throws: `DatasetError` where they would take more memory than there is.
  init(
    _ images: ArraySlice<UInt8>, shape: (count: Int, height: Int, width: Int, channels: Int),
    _ request: ImageSpecification,
    growth: Growth
  ) throws(DatasetError) {
    let side = request.resolution
    resolution = side
    channels = request.channels == 1 ? 1 : shape.channels
    guard (shape.height, shape.width, shape.channels) != (side, side, channels) else {
      pixels = Array(images)
      return
    }
    let (needed, overflow) = shape.count.multipliedReportingOverflow(by: side * side * channels)
    guard !overflow, needed <= MemoryLimit.byteCount else {
      throw DatasetError(
        .configuration,
        "\(grouped(shape.count)) images as \(side)×\(side) take \(overflow ? "too much" : mebibytes(needed) + " MiB of") "
          + "memory, and \(mebibytes(MemoryLimit.byteCount)) MiB are available; choose a preset of less resolution, or "
          + "write the images into folders for folder:DIR, whose pixels stay on disk")
    }
    let isPadded = growth == .padded && shape.height <= side && shape.width <= side
    let size = shape.height * shape.width * shape.channels
    var result: [UInt8] = []
    result.reserveCapacity(shape.count * side * side * channels)
    for start in stride(from: images.startIndex, to: images.endIndex, by: max(size, 1)) {
      var image = DecodedImage(
        pixels: Array(images[start..<start + size]), width: shape.width, height: shape.height,
        channels: shape.channels)
      if channels == 1 { image = image.grey() }
      if isPadded {
        result += image.inMiddle(of: side)
      } else {
        result += image.centreSquare().resized(width: side, height: side, request.resize).pixels
      }
    }
    pixels = result
  }
}

extension DecodedImage {
  /// The pixels of a black square with the image in its middle.
  fileprivate func inMiddle(of side: Int) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: side * side * channels)
    let (top, left) = ((side - height) / 2, (side - width) / 2)
    for row in 0..<height {
      let start = ((top + row) * side + left) * channels
      result.replaceSubrange(
        start..<start + width * channels, with: pixels[row * width * channels..<(row + 1) * width * channels])
    }
    return result
  }
}
