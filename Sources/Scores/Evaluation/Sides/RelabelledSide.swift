internal import Sampling

/// Images of class folders that are those of a data set, under its labels.
///
/// Folders come in the order of their names, and classes in that of the data set; and `sagan sample --images` changes names that no
/// folder can have.
struct RelabelledSide: PixelSource {
  private let images: any PixelSource
  private let labels: [Int]
  let classNames: [String]

  var description: String { images.description }
  var fingerprint: String { images.fingerprint }
  var count: Int { images.count }
  var height: Int { images.height }
  var width: Int { images.width }
  var channels: Int { images.channels }
  var originalOrder: [Int]? { images.originalOrder }

  /// Finds the data set's classes for the folders; `nil` unless there is a folder for each class and no other.
  ///
  /// - Parameters:
  ///   - images: The images.
  ///   - names: The data set's classes.
  init?(_ images: any PixelSource, classes names: [String]) {
    let folders = ClassFolders(Array(names.indices), classNames: names)
    let places = Dictionary(names.indices.map { (folders[$0], $0) }) { first, _ in first }
    let labels = images.classNames.compactMap { places[$0] }
    guard images.classNames.count == names.count, labels.count == names.count else { return nil }
    (self.images, self.labels, classNames) = (images, labels, names)
  }

  func label(_ index: Int) -> Int { labels[images.label(index)] }

  func copyPixels(_ range: Range<Int>, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    try images.copyPixels(range, into: pixels)
  }
}
