/// One side of a comparison: generated or real images.
///
/// A side that is made once, such as the reference of many evaluations, is factorized once.
package struct FrechetSide: Sendable {
  /// Mean and covariance of all samples.
  package let gaussian: Gaussian
  /// The moments of each group that can be left out; none where only mean and covariance are known, `nil` for a group whose job
  /// another rank does.
  package let groups: [Moments?]
  let total: Moments?
  let divisor: Gaussian.Divisor
  let factor: CovarianceFactor

  /// A side whose samples are known by their moments.
  ///
  /// - Parameters:
  ///   - groups: Moments of each of the `Groups` of samples, in order; at least two samples in all.
  ///   - divisor: What a sum of squares is divided by.
  package init(groups: [Moments], divisor: Gaussian.Divisor = .samplesMinusOne) {
    guard let total = groups.sumAlongTree() else { preconditionFailure("a side without samples") }
    self.init(total: total, groups: groups, divisor: divisor)
  }

  /// A side of which a rank keeps those groups alone whose jobs it does.
  ///
  /// - Parameters:
  ///   - total: The moments of all samples: the `sumAlongTree` of all groups.
  ///   - groups: Moments of each of the `Groups` of samples, in order, or `nil`.
  ///   - divisor: What a sum of squares is divided by.
  package init(total: Moments, groups: [Moments?], divisor: Gaussian.Divisor = .samplesMinusOne) {
    let cut = Groups(of: total.count, into: max(groups.count, 1))
    precondition(
      groups.isEmpty || zip(groups, cut.ranges).allSatisfy { $0 == nil || $0?.count == $1.count },
      "\(groups.count) groups of \(total.count) samples of other sizes")
    self.total = total
    self.divisor = divisor
    gaussian = Gaussian(total, divisor: divisor)
    // Without a group there must be a covariance still.
    let isEnough =
      groups.count > 1 && groups.count == cut.groups && cut.ranges.allSatisfy { total.count - $0.count >= 2 }
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
    guard let total, let part = groups[group] else {
      preconditionFailure("the job of group \(group) without its moments")
    }
    return Gaussian(total.without(part), divisor: divisor)
  }
}
