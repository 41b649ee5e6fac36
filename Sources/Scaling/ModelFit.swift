internal import Foundation

/// A model's numbers, found from one rank on its own and from two hosts at one link rate.
package struct ModelFit {
  package let model: ClusterModel
  /// How far the model is from what it was fitted to.
  package let errors: [(what: String, predicted: Double, measured: Double)]

  /// Finds the model.
  ///
  /// The time of the smallest sums gives the exchanges' own; the other two numbers are those with the least squares of
  /// relative errors, by trying all of a grid. Where the measurements leave the link's share open, as with a link that
  /// limits nothing, it is the one nearest 0.95: 1448 of 1514 bytes of an Ethernet frame are what TCP carries.
  ///
  /// - Parameters:
  ///   - step: Measured steps.
  ///   - sums: Measured canonical sums of the same ranks.
  package init(_ step: MeasuredStep, sums: [(bytes: Int, seconds: Double)]) {
    let canonical = sums.sorted { $0.bytes < $1.bytes }
    let secondsPerRound = canonical.first?.seconds ?? 0
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
    var best: (model: ClusterModel, badness: Double)?
    for share in stride(from: 0.5, through: 1.0001, by: 0.01) {
      for exponent in stride(from: -10.5, through: -7.99, by: 0.02) {
        let model = ClusterModel(
          processorSecondsPerByte: pow(10, exponent), secondsPerRound: secondsPerRound, linkShare: share)
        let badness =
          errors(model).reduce(0) { $0 + pow($1.predicted / $1.measured - 1, 2) } + 1e-6 * pow(share - 0.95, 2)
        if badness < best?.badness ?? .infinity { best = (model, badness) }
      }
    }
    guard let best else { preconditionFailure("a grid without points") }
    model = best.model
    self.errors = errors(best.model)
  }
}
