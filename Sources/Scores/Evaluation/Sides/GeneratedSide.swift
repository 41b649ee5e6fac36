internal import Datasets
internal import Files
internal import Kernels
package import Sampling
internal import Tensors

/// Images that a generator draws, equally many of each class as far as the count allows: classes take turns.
///
/// A sample is a function of weights, seed, class and number within the class, as in `sagan sample`; pixels are rounded to bytes as
/// they are in the pictures.
package final class GeneratedSide: PixelSource, @unchecked Sendable {
  package let description: String
  package let fingerprint: String
  package let count: Int
  package let classNames: [String]
  private let sampler: Sampler

  package var height: Int { sampler.resolution }
  package var width: Int { sampler.resolution }
  package var channels: Int { sampler.channels }

  /// Samples of a generator.
  ///
  /// - Parameters:
  ///   - sampler: Draws them; used by one thread at a time.
  ///   - count: How many.
  ///   - classNames: The names of the generator's classes.
  ///   - description: For people.
  ///   - fingerprint: Equal for equal weights, seed and count.
  package init(_ sampler: Sampler, count: Int, classNames: [String], description: String, fingerprint: String) {
    (self.sampler, self.count, self.classNames) = (sampler, count, classNames)
    (self.description, self.fingerprint) = (description, fingerprint)
  }

  package func label(_ index: Int) -> Int { index % classNames.count }

  package func copyPixels(_ range: Range<Int>, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    let classes = classNames.count
    try sampler.draw(
      range.count,
      { Sample(label: (range.lowerBound + $0) % classes, number: (range.lowerBound + $0) / classes) }
    ) { (drawn, images) throws(FileError) in
      guard areFinite(UnsafePointer(images.base), count: images.count) else {
        throw FileError(
          .malformed,
          "\(self.description): samples \(range.lowerBound + drawn.lowerBound) and following have NaN or infinite pixels; use "
            + "another checkpoint")
      }
      let start = drawn.lowerBound * self.imageSize
      for position in 0..<images.count { pixels[start + position] = PixelScaling.byte(images.base[position]) }
    }
  }
}
