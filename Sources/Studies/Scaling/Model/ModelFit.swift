internal import Benchmarks
internal import DataParallel
internal import Foundation

/// A model's numbers, found from one rank on its own and from two hosts at one link rate.
package struct ModelFit {
  package let model: ClusterModel
  /// How far the model is from what it was fitted to.
  package let errors: [(what: String, predicted: Double, measured: Double)]

  /// Finds the model.
  ///
  /// The time of the smallest sums gives the exchanges' own. The other two numbers are those with the least squares of
  /// relative errors. What the measurements leave open, as a slow link does for the processor's part and one that limits
  /// nothing for the link's, stays near what is expected: a byte is copied three times, to the system, from it and to be
  /// added; TCP carries 1448 of 1514 bytes of an Ethernet frame.
  ///
  /// - Parameters:
  ///   - step: Measured steps.
  ///   - sums: Measured canonical sums of the same ranks.
  package init(_ step: MeasuredStep, sums: [(bytes: Int, seconds: Double)]) {
    let canonical = sums.sorted { $0.bytes < $1.bytes }
    let ranks = step.cluster.ranks
    let rounds = SumTraffic(rank: 0, of: ranks, ranksPerNode: step.cluster.ranksPerNode, isSmall: true).rounds.count
    let secondsPerRound = (canonical.first?.seconds ?? 0) / Double(max(rounds, 1))
    func model(_ point: [Double]) -> ClusterModel {
      ClusterModel(
        processorSecondsPerByte: exp(point[0]), secondsPerRound: secondsPerRound, linkShare: point[1])
    }
    func errors(_ model: ClusterModel) -> [(what: String, predicted: Double, measured: Double)] {
      var result = [
        ("step, sums afterwards", model.seconds(step.work, on: step.cluster, isOverlapped: false), step.blocking),
        ("step, early sums", model.seconds(step.work, on: step.cluster, isOverlapped: true), step.overlapped),
      ]
      if let largest = canonical.last {
        result.append(
          (
            "sum of \(largest.bytes >> 20) MiB", SumCost(step.cluster, model).seconds(Double(largest.bytes)),
            largest.seconds
          ))
      }
      return result
    }
    let expected = [log(3 * 2e-9 / step.copyGbps), 1448.0 / 1514]
    // A number that is off by a factor of e, or by a tenth of the link, weighs as much as an error of 1 %.
    let weights = [1e-4, 1e-2]
    func badness(_ point: [Double]) -> Double {
      guard (0.3...1).contains(point[1]) else { return .infinity }
      return errors(model(point)).reduce(0) { $0 + pow($1.predicted / $1.measured - 1, 2) }
        + zip(weights, zip(point, expected)).reduce(0) { $0 + $1.0 * pow($1.1.0 - $1.1.1, 2) }
    }
    // The errors have kinks where one limit takes over from another: a grid first, then ever smaller steps.
    var best = (point: expected, badness: badness(expected))
    func tryPoint(_ point: [Double]) -> Bool {
      let found = badness(point)
      guard found < best.badness else { return false }
      best = (point, found)
      return true
    }
    for cost in -2...4 {
      for share in 0...8 {
        _ = tryPoint([expected[0] + Double(cost), 0.55 + 0.05 * Double(share)])
      }
    }
    var steps = [0.5, 0.025]
    while steps[0] > 0.005 {
      var isBetter = false
      for axis in 0..<2 {
        for sign in [-1.0, 1] {
          var point = best.point
          point[axis] += sign * steps[axis]
          if tryPoint(point) { isBetter = true }
        }
      }
      if !isBetter { steps = steps.map { $0 / 2 } }
    }
    self.model = model(best.point)
    self.errors = errors(self.model)
  }
}

extension ModelFit {
  /// Finds the model that fits a scaling benchmark on two hosts.
  ///
  /// - Parameter path: The folder of its results.
  /// - Throws: `ScalingError` where they cannot be read or used.
  package init(resultsAt path: String) throws(ScalingError) {
    let results = try ScalingResults(path: path)
    try self.init(try MeasuredStep(results, path: path), results, path: path)
  }

  /// Finds the model of a step that was measured.
  init(_ step: MeasuredStep, _ results: ScalingResults, path: String) throws(ScalingError) {
    guard let sums = results.sums.first(where: { $0.ranks == step.cluster.ranks })?.sums, !sums.isEmpty else {
      throw ScalingError(.data, "expected sums over \(step.cluster.ranks) ranks in '\(path)' and found none")
    }
    self.init(step, sums: sums.filter { $0.algorithm == "canonical" }.map { ($0.bytes, $0.secondsMedian) })
  }
}
