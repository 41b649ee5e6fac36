/// Resizes images of floats to the bit as the tools do that published scores come from; made once for a pair of sizes.
///
/// No method looks at the range of values, and Pillow's bicubic and Lanczos filters leave it: clean-fid clips to 0…255
/// behind it. Methods without antialiasing look at two neighbours however small the result is: that is what makes scores
/// of pytorch-fid and of TensorFlow's differ from clean-fid's.
public struct FloatResizer: Sendable {
  /// Whose arithmetic.
  public enum Method: String, Sendable, CaseIterable {
    /// PyTorch's `F.interpolate(mode="bilinear", align_corners=False)` without antialiasing: pytorch-fid.
    case pytorchBilinear = "pytorch-bilinear"
    /// TensorFlow 1's `resize_bilinear`, whose pixels have no centres: torch-fidelity, StyleGAN, ADM.
    case tensorflowBilinear = "tensorflow-bilinear"
    /// Pillow's in mode "F", antialiased.
    case pillowBilinear = "pillow-bilinear"
    /// Pillow's in mode "F", antialiased: clean-fid.
    case pillowBicubic = "pillow-bicubic"
    /// Pillow's in mode "F", antialiased.
    case pillowLanczos = "pillow-lanczos"
  }

  /// Rows and columns of an image.
  public struct Extents: Sendable, Equatable {
    /// Rows.
    public let height: Int
    /// Pixels of a row.
    public let width: Int

    /// Rows and columns, of which there must be some.
    public init(height: Int, width: Int) {
      precondition(height > 0 && width > 0, "an image of \(height) rows and \(width) columns")
      self.height = height
      self.width = width
    }
  }

  /// Whose arithmetic.
  public let method: Method
  /// Of the images that come.
  public let source: Extents
  /// Of the images that result.
  public let target: Extents
  /// Numbers of a pixel, which lie together.
  public let channels: Int
  private let rows: ResizeTaps
  private let columns: ResizeTaps

  /// Prepares to resize images.
  ///
  /// - Parameters:
  ///   - method: Whose arithmetic.
  ///   - source: The extents of images that come.
  ///   - target: The extents of images that result.
  ///   - channels: Numbers of a pixel.
  public init(_ method: Method, from source: Extents, to target: Extents, channels: Int) {
    precondition(channels > 0, "pixels of \(channels) numbers")
    self.method = method
    self.source = source
    self.target = target
    self.channels = channels
    columns = ResizeTaps(method, source.width, target.width)
    rows = ResizeTaps(method, source.height, target.height)
  }

  /// Floats that `resize` needs beside the images.
  public var scratchCount: Int { source.height * target.width * channels }

  /// Resizes an image and allocates next to nothing; rows from the top, channels fastest.
  ///
  /// - Parameters:
  ///   - image: The image that comes.
  ///   - result: Where the result goes.
  ///   - scratch: `scratchCount` floats of any value.
  public func resize(
    _ image: UnsafeBufferPointer<Float>, into result: UnsafeMutableBufferPointer<Float>,
    scratch: UnsafeMutableBufferPointer<Float>
  ) {
    let (sourceRow, targetRow) = (source.width * channels, target.width * channels)
    precondition(
      image.count == source.height * sourceRow && result.count == target.height * targetRow
        && scratch.count >= scratchCount,
      "images of \(image.count) and \(result.count) floats for \(source) and \(target) of \(channels) channels")
    for row in 0..<source.height {
      columns.alongRow(
        UnsafeBufferPointer(rebasing: image[row * sourceRow..<(row + 1) * sourceRow]), channels,
        into: UnsafeMutableBufferPointer(rebasing: scratch[row * targetRow..<(row + 1) * targetRow]))
    }
    rows.acrossRows(UnsafeBufferPointer(rebasing: scratch[..<scratchCount]), width: targetRow, into: result)
  }

  /// The image resized.
  public func resized(_ image: [Float]) -> [Float] {
    [Float](unsafeUninitializedCapacity: target.height * target.width * channels) { result, count in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: scratchCount) { scratch in
        image.withUnsafeBufferPointer { resize($0, into: result, scratch: scratch) }
      }
      count = result.count
    }
  }

  /// The bytes of an image resized, as floats from 0 to 255.
  public func resized(_ image: DecodedImage) -> [Float] {
    precondition(image.channels == channels, "an image of \(image.channels) channels where \(channels) are expected")
    return resized(image.pixels.map { Float($0) })
  }
}
