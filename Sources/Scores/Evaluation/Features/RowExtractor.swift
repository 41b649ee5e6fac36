/// Turns images into features, and into logits of classes if it has a head.
///
/// Numbers of an image have the same bits whatever images are beside it.
package protocol RowExtractor: AnyObject {
  /// What scores are called after it: `classifier`, `lite0`, `inception`.
  var name: String { get }
  /// The checksum of its weights.
  var digest: String { get }
  /// How images become its input: resizer and scaling.
  var preprocessing: String { get }
  /// Numbers of an image's row of features.
  var featureCount: Int { get }
  /// Numbers of an image's row of logits; 0 without a head.
  var logitCount: Int { get }
  /// The channels that it takes: 1 or 3; grey images are repeated where it takes 3.
  var channels: Int { get }

  /// Computes the rows of some images.
  ///
  /// - Parameters:
  ///   - images: Bytes of images of one size, rows from the top, channels fastest.
  ///   - features: A row of `featureCount` numbers for each image.
  ///   - logits: A row of `logitCount` numbers for each image.
  /// - Throws: A `ReportedError` where it does not take such images.
  func extract(
    _ images: ImageBytes, into features: UnsafeMutableBufferPointer<Float>, logits: UnsafeMutableBufferPointer<Float>
  ) throws
}

/// Images of one size, one after the other.
package struct ImageBytes {
  /// `count` · `height` · `width` · `channels` bytes.
  package let bytes: UnsafeBufferPointer<UInt8>
  /// Number of images.
  package let count: Int
  /// Rows of an image.
  package let height: Int
  /// Columns of an image.
  package let width: Int
  /// 1 or 3.
  package let channels: Int

  /// Describes images.
  package init(_ bytes: UnsafeBufferPointer<UInt8>, count: Int, height: Int, width: Int, channels: Int) {
    precondition(
      bytes.count == count * height * width * channels,
      "\(bytes.count) bytes for \(count) images of \(height)×\(width)×\(channels)")
    (self.bytes, self.count, self.height, self.width, self.channels) = (bytes, count, height, width, channels)
  }
}
