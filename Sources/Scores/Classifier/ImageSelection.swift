public import Datasets
internal import Files

/// Some images of a data set: those to train on, or those to be judged by.
public struct ImageSelection: Sendable {
  /// The data set.
  public let images: any ImageDataset
  /// Which of its images, in their order; all where `nil`.
  public let indices: [Int]?

  /// All images of a data set, or some of them.
  public init(_ images: any ImageDataset, _ indices: [Int]? = nil) {
    precondition(
      indices?.allSatisfy { $0 >= 0 && $0 < images.count } ?? true, "images that a set of \(images.count) does not have"
    )
    (self.images, self.indices) = (images, indices)
  }

  /// Number of images.
  public var count: Int { indices?.count ?? images.count }

  /// The index in the data set of the n-th image.
  func index(_ n: Int) -> Int { indices?[n] ?? n }

  /// Equal for equal selections of equal images.
  public var fingerprint: String {
    guard let indices else { return images.fingerprint }
    let hash = Fingerprint()
    hash.update(images.fingerprint)
    for index in indices { hash.update(index) }
    return hash.hexadecimal
  }

  /// Cuts a data set that has no images of its own to be judged by in two, by what the images show.
  ///
  /// Equal images fall on the same side, wherever they lie; so do those of a data set that grows.
  ///
  /// - Parameters:
  ///   - images: The data set.
  ///   - parts: One image in so many is held out, on average.
  /// - Returns: The images for training, and those held out.
  /// - Throws: `DatasetError` if the images can no longer be read.
  public static func split(
    _ images: any ImageDataset, holdingOutOneIn parts: Int = 10
  ) throws(DatasetError) -> (training: ImageSelection, heldOut: ImageSelection) {
    precondition(parts > 1, "one in \(parts) images is held out")
    let pixels = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: images.imageSize)
    defer { pixels.deallocate() }
    var (training, heldOut): ([Int], [Int]) = ([], [])
    for index in 0..<images.count {
      try images.copyPixels(index, into: pixels)
      let hash = Fingerprint()
      hash.update(UnsafeRawBufferPointer(pixels))
      let number = UInt64(hash.hexadecimal.prefix(16), radix: 16) ?? 0
      if number.isMultiple(of: UInt64(parts)) { heldOut.append(index) } else { training.append(index) }
    }
    return (ImageSelection(images, training), ImageSelection(images, heldOut))
  }
}
