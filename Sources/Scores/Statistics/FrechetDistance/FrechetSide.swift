/// One side of a comparison: generated or real images.
///
/// A side that is made once, such as the reference of many evaluations, is factorized once.
package struct FrechetSide: Sendable {
  /// Mean and covariance of all samples.
  package let gaussian: Gaussian
  /// The moments of each group that can be left out; none where only mean and covariance are known.
  package let groups: [Moments]
  let total: Moments?
  let divisor: Gaussian.Divisor
  let factor: CovarianceFactor

  /// A side whose samples are known by their moments.
  ///
  /// - Parameters:
  ///   - groups: Moments of each group of samples, in order; at least two samples in all.
  ///   - divisor: What a sum of squares is divided by.
  package init(groups: [Moments], divisor: Gaussian.Divisor = .samplesMinusOne) {
    guard let total = groups.sumAlongTree() else { preconditionFailure("a side without samples") }
    self.total = total
    self.divisor = divisor
    gaussian = Gaussian(total, divisor: divisor)
    // Without a group there must be a covariance still.
    let isEnough = groups.count > 1 && groups.allSatisfy { total.count - $0.count >= 2 }
    self.groups = isEnough ? groups : []
    factor = CovarianceFactor(of: gaussian)
  }

  /// A side of which only mean and covariance are known.
  package init(_ gaussian: Gaussian) {
    (self.gaussian, groups, total, divisor) = (gaussian, [], nil, .samplesMinusOne)
    factor = CovarianceFactor(of: gaussian)
  }

  /// The rank of the covariance.
  package var rank: Int { factor.rank }

  /// The distribution without a group.
  func without(_ group: Int) -> Gaussian {
    guard let total else { preconditionFailure("a group left out of a side that has none") }
    return Gaussian(total.without(groups[group]), divisor: divisor)
  }
}
