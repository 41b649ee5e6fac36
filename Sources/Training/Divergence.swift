/// A run whose losses are no longer numbers.
///
/// Exit code 70. All ranks find it in the same step, since they hold the same sums; nothing is written from that step on.
public struct Divergence: ReportedError {
  /// The step in which it was found, counted from 1.
  public let step: Int
  /// EX_SOFTWARE.
  public var exitCode: Int32 { 70 }

  /// The sentence that the user reads.
  public var description: String {
    "expected finite losses and found none in step \(step); the last checkpoint stands: resume it with lower learning "
      + "rates (--set discriminator-learning-rate=…, --set generator-learning-rate=…)"
  }
}

extension StepReport {
  /// Whether every number of the report is one.
  var isFinite: Bool {
    (discriminatorLoss + generatorLoss + logitReal + logitFake + discriminatorClassLoss + generatorClassLoss).isFinite
  }
}
