public import Files

/// Mean and covariance of features, as pytorch-fid, clean-fid, TTUR, BigGAN and ADM exchange them.
public struct FeatureMoments: Sendable {
  /// The mean of every feature.
  public let mean: [Double]
  /// The covariance, row by row.
  public let covariance: [Double]

  /// The most features that are read: covariances of more would not fit into memory.
  public static let dimensionLimit = 1 << 14

  /// Moments; the covariance has as many rows and columns as there are means.
  public init(mean: [Double], covariance: [Double]) {
    precondition(
      covariance.count == mean.count * mean.count, "\(covariance.count) covariances of \(mean.count) features")
    self.mean = mean
    self.covariance = covariance
  }

  /// Reads `mu` and `sigma` of an `.npz` file.
  ///
  /// - Parameter file: The file.
  /// - Throws: `FileError` when they are not there, not a vector and a square matrix of its length, not finite, or when the
  ///   matrix is no covariance: not symmetric, or with a negative variance.
  public init(_ file: NPZFile) throws(FileError) {
    let fault = { (text: String) in
      FileError(.malformed, "\(text); write them with pytorch-fid --save-stats, clean-fid or sagan statistics")
    }
    guard file.contains("mu"), file.contains("sigma") else {
      throw fault("expected the arrays 'mu' and 'sigma' in '\(file.path)' and found \(NPZFile.list(file.names))")
    }
    let (mu, sigma) = (try file.array("mu"), try file.array("sigma"))
    let count = mu.shape.count == 1 ? mu.shape[0] : 0
    guard (1...Self.dimensionLimit).contains(count), sigma.shape == [count, count] else {
      throw fault(
        "expected a vector 'mu' of 1 to \(Self.dimensionLimit) numbers and a square matrix 'sigma' of its length in "
          + "'\(file.path)' and found shapes \(mu.shape) and \(sigma.shape)")
    }
    guard mu.type.isReal, sigma.type.isReal else {
      throw fault(
        "expected floating-point numbers in \(mu.name) and 'sigma' and found \(mu.type.rawValue) and \(sigma.type.rawValue)"
      )
    }
    mean = try mu.doubles()
    covariance = try sigma.doubles()
    if let place = mean.firstIndex(where: { !$0.isFinite }) {
      throw fault("expected finite numbers in \(mu.name) and found \(mean[place]) at [\(place)]")
    }
    if let place = covariance.firstIndex(where: { !$0.isFinite }) {
      throw fault(
        "expected finite numbers in \(sigma.name) and found \(covariance[place]) at \(Self.place(place, count))")
    }
    if let place = (0..<count).first(where: { covariance[$0 * (count + 1)] < 0 }) {
      let variance = covariance[place * (count + 1)]
      throw fault("expected variances in \(sigma.name) and found \(variance) at [\(place), \(place)]")
    }
    try checkSymmetry(count, sigma.name, fault)
  }

  /// Sums of products in another order differ in the last digits: by 10⁻⁶ of the largest variance at most, for those that
  /// were computed in single precision.
  private func checkSymmetry(_ count: Int, _ name: String, _ fault: (String) -> FileError) throws(FileError) {
    let scale = (0..<count).reduce(0) { max($0, covariance[$1 * (count + 1)]) }
    for row in 0..<count {
      for column in 0..<row {
        let (one, other) = (covariance[row * count + column], covariance[column * count + row])
        guard abs(one - other) <= 1e-6 * scale else {
          throw fault(
            "expected a symmetric matrix in \(name) and found \(one) at [\(row), \(column)] and \(other) at "
              + "[\(column), \(row)]")
        }
      }
    }
  }

  private static func place(_ index: Int, _ count: Int) -> String { "[\(index / count), \(index % count)]" }

  /// Writes `mu` and `sigma` in double precision, as those tools read them.
  ///
  /// - Parameter file: A new file.
  /// - Returns: Its length and checksum.
  /// - Throws: `FileError` of kind `cannotCreate`.
  @discardableResult
  public func write(to file: OutputFile) throws(FileError) -> OutputFile.Summary {
    var writer = NPZWriter(to: file)
    try writer.add("mu", shape: [mean.count], mean)
    try writer.add("sigma", shape: [mean.count, mean.count], covariance)
    return try writer.finish()
  }
}
