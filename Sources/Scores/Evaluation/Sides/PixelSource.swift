package import Datasets
internal import Files

/// Images to be scored, all of one size, in a fixed order; with or without classes.
package protocol PixelSource: Sendable {
  /// For people: what the images are and how many.
  var description: String { get }
  /// Equal for equal images in equal order.
  var fingerprint: String { get }
  /// Number of images.
  var count: Int { get }
  /// Rows of an image.
  var height: Int { get }
  /// Columns of an image.
  var width: Int { get }
  /// 1 (grey) or 3.
  var channels: Int { get }
  /// A name for every class; empty where images have none.
  var classNames: [String] { get }
  /// The places of the images here, in the order that they have where they come from: that in which other programs see them. `nil`
  /// where it is the same.
  var originalOrder: [Int]? { get }
  /// The class of an image; only where there are classes.
  func label(_ index: Int) -> Int
  /// Writes the `height` · `width` · `channels` bytes of consecutive images: rows from the top, channels fastest.
  ///
  /// - Parameters:
  ///   - range: The images.
  ///   - pixels: Where to write.
  /// - Throws: A `ReportedError` if they cannot be read or made.
  func copyPixels(_ range: Range<Int>, into pixels: UnsafeMutableBufferPointer<UInt8>) throws
}

extension PixelSource {
  /// Bytes of one image.
  package var imageSize: Int { height * width * channels }
  package var originalOrder: [Int]? { nil }
}

/// Some images of a data set, in an order that has nothing to do with classes or file names.
///
/// Any stretch of them is a random sample, which splits and the blocks of the jackknife need; and the first `count` of them are
/// the ones to take where fewer are asked for.
package struct DatasetSide: PixelSource {
  private let source: any ImageDataset
  private let order: [UInt32]

  package var description: String
  package let fingerprint: String
  package var count: Int { order.count }
  package var height: Int { source.resolution }
  package var width: Int { source.resolution }
  package var channels: Int { source.channels }
  package var classNames: [String] { source.classNames }
  package var originalOrder: [Int]? { order.indices.sorted { order[$0] < order[$1] } }

  /// Takes images of a data set.
  ///
  /// - Parameters:
  ///   - source: The data set.
  ///   - count: How many images; all where `nil`, and at most as many as there are.
  package init(_ source: any ImageDataset, count: Int? = nil) {
    self.source = source
    let taken = min(count ?? source.count, source.count)
    // A run with seed 0 shows its first epoch in this order.
    var shuffled = SampleOrder(seed: 0, count: source.count)
    order = (0..<taken).map { UInt32(shuffled.index(ofSample: $0)) }
    fingerprint = source.fingerprint
    description = (taken == source.count ? "" : "\(grouped(taken)) of ") + source.description
  }

  package func label(_ index: Int) -> Int { source.label(Int(order[index])) }

  package func copyPixels(_ range: Range<Int>, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    for index in range {
      let start = (index - range.lowerBound) * imageSize
      try source.copyPixels(
        Int(order[index]), into: UnsafeMutableBufferPointer(rebasing: pixels[start..<start + imageSize]))
    }
  }
}
