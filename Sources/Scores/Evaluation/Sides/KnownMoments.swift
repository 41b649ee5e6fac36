internal import Files
internal import Formats
internal import Statistics

/// Mean and covariance of images' features, in a file that this or another program wrote: no image is known.
struct KnownMoments: Sendable {
  /// The distribution.
  let gaussian: Gaussian
  /// Equal for equal numbers, whatever the file.
  let fingerprint: String
  /// The file.
  let path: String

  /// Reads `mu` and `sigma`.
  ///
  /// - Parameter file: The file.
  /// - Throws: `FileError` where they are no mean and covariance.
  init(_ file: NPZFile) throws(FileError) {
    let moments = try FeatureMoments(file)
    do throws(StatisticsProblem) {
      gaussian = try Gaussian(mean: moments.mean, covariance: moments.covariance)
    } catch {
      throw FileError(
        .malformed,
        "the statistics in '\(file.path)' \(error); write them with pytorch-fid --save-stats, clean-fid or sagan statistics"
      )
    }
    path = file.path
    let hash = Fingerprint()
    moments.mean.withUnsafeBytes { hash.update($0) }
    moments.covariance.withUnsafeBytes { hash.update($0) }
    fingerprint = hash.hexadecimal
  }

  /// Number of features.
  var dimensions: Int { gaussian.dimensions }

  /// Checks that the features are as many as a network makes.
  ///
  /// - Parameters:
  ///   - count: The network's.
  ///   - extractor: Its name.
  /// - Throws: `FileError` if not.
  func check(features count: Int, of extractor: String) throws(FileError) {
    guard dimensions != count else { return }
    throw FileError(
      .malformed,
      "expected statistics of \(extractor)'s \(grouped(count)) features in '\(path)' and found \(grouped(dimensions)); choose the "
        + "--extractor that they were made with, or write others with sagan statistics")
  }
}
