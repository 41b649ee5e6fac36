internal import DataParallel
internal import Files
internal import Statistics
internal import Threads

/// The Fréchet distance: of all images, of each class, from held-out images, and of endlessly many.
extension Scoring {
  /// The moments of a side, known to all ranks.
  func side(_ table: FeatureTable) -> FrechetSide {
    FrechetSide(
      groups: GroupMoments(table: table, replicas: replicas, pool: pool).ofGroups(Groups(of: table.plan.count)),
      divisor: request.divisor)
  }

  /// The distance with its values without each group; ranks take the jobs in turn.
  private func distance(_ generated: FrechetSide, _ real: FrechetSide) -> LeaveOneOut {
    let comparison = FrechetComparison(generated: generated, real: real)
    let jobs = comparison.jobs
    let values = replicas.values(ofJobs: jobs.count) { own in
      var values = [Double](repeating: 0, count: own.count)
      values.withUnsafeMutableBufferPointer { values in
        let values = Shared(values)
        pool.run(own.count) { job, _ in values.pointer[job] = comparison.value(of: jobs[own[job]]) }
      }
      return values
    }
    return comparison.result(of: values)
  }

  func addFrechet(
    _ generated: FrechetSide, _ reference: FrechetSide, heldOut: FeatureTable?, _ result: inout Outcome
  ) {
    report("Fréchet distance")
    let distance = distance(generated, reference)
    let name = name("fid", "fd")
    if request.families.contains(.frechet) {
      let estimate = distance.estimate
      result.scores.append(
        Score(name, estimate.value, corrected: estimate.corrected, standardError: estimate.standardError))
      let constant = FrechetBias.constant(of: reference.gaussian)
      let counts = [generated.gaussian.count, reference.gaussian.count].compactMap { $0 }
      warn(name, generated, constant: constant, counts, &result)
    }
    if request.families.contains(.frechetInfinity) { addFrechetInfinity(generated, reference, &result) }
    if request.families.contains(.memorization), let heldOut {
      report("Fréchet distance from held-out images")
      let other = self.distance(generated, side(heldOut))
      let heldOutEstimate = other.estimate
      result.scores.append(
        Score(
          name + "_held_out", heldOutEstimate.value, corrected: heldOutEstimate.corrected,
          standardError: heldOutEstimate.standardError))
      let gap = LeaveOneOut.difference(other, distance).estimate
      result.scores.append(
        Score(name + "_gap", gap.value, corrected: gap.corrected, standardError: gap.standardError))
    }
  }

  /// Tells what limited numbers of images add to a distance.
  private func warn(
    _ name: String, _ generated: FrechetSide, constant: Double, _ counts: [Int], _ result: inout Outcome
  ) {
    guard let least = counts.min() else { return }
    let bias = FrechetBias.expected(constant: constant, counts: counts)
    if least < 10_000 {
      let offer = generated.groups.isEmpty ? "" : ", ask for --metrics fd-infinity"
      result.warnings.append(
        "\(name) of \(grouped(counts[0])) images\(counts.count > 1 ? " against \(grouped(counts[1]))" : "") is about "
          + "\(Self.text(bias)) too high, as numbers of images are limited (C/N with C = \(Self.text(constant))); quote the corrected "
          + "value\(offer), or compare equal numbers of images only")
    }
    if least <= generated.gaussian.dimensions {
      result.warnings.append(
        "\(grouped(least)) images are no more than the \(grouped(generated.gaussian.dimensions)) features: their covariance leaves out "
          + "directions, and the kernel distance (--metrics kd) is to be preferred")
    }
  }

  /// The value of the line through distances of growing numbers of images where there are endlessly many (FID∞).
  private func addFrechetInfinity(
    _ generated: FrechetSide, _ reference: FrechetSide, _ result: inout Outcome
  ) {
    let groups = generated.groups.compactMap { $0 }
    let prefixes = FrechetExtrapolation.prefixes(of: groups.count).filter { prefix in
      groups.prefix(prefix).reduce(0) { $0 + $1.count } >= 2
    }
    report("Fréchet distance of growing numbers of images")
    let distances = replicas.values(ofJobs: prefixes.count) { own in
      var values = [Double](repeating: 0, count: own.count)
      values.withUnsafeMutableBufferPointer { values in
        let (values, divisor) = (Shared(values), request.divisor)
        pool.run(own.count) { job, _ in
          values.pointer[job] = FrechetExtrapolation.distance(
            ofFirst: prefixes[own[job]], of: groups, divisor: divisor, from: reference)
        }
      }
      return values
    }
    let counts = prefixes.map { prefix in groups.prefix(prefix).reduce(0) { $0 + $1.count } }
    guard let value = FrechetExtrapolation.value(counts: counts, distances: distances) else {
      result.warnings.append("\(name("fid", "fd"))_infinity needs more images than there are")
      return
    }
    result.scores.append(Score(name("fid", "fd") + "_infinity", value))
  }

  static func text(_ number: Double) -> String {
    let scaled = (number * 1000).rounded() / 1000
    return abs(number) >= 100 ? grouped(Int(min(number, 1e15).rounded())) : "\(scaled)"
  }

  func addIntraFrechet(_ sides: Sides, _ result: inout Outcome, _ found: inout ClassFindings) {
    report("Fréchet distance of each class")
    let distances = ClassDistances(
      generated: sides.generated, reference: sides.reference, classes: sides.classNames.count, divisor: request.divisor,
      replicas: replicas, pool: pool
    ).estimates()
    found.frechet = distances.map { $0?.value }
    let known = distances.compactMap { $0 }
    let missing = distances.count - known.count
    if missing > 0 {
      result.warnings.append(
        "\(grouped(missing)) of \(grouped(distances.count)) classes have fewer than 2 images on one side and are not part of "
          + "\(name("intra_fid", "intra_fd"))")
    }
    guard !known.isEmpty else { return }
    let mean = Estimate.mean(of: known)
    result.scores.append(
      Score(
        name("intra_fid", "intra_fd"), mean.value, corrected: mean.corrected, standardError: mean.standardError))
  }
}
