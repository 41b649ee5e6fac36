package import Configuration
package import DataParallel
package import Datasets
package import Logging
package import Sampling
package import Threads

/// Scores samples of a generator while it is trained.
///
/// What the scores are is its own business.
package protocol RunEvaluator: AnyObject {
  /// Draws and scores samples; all ranks call it with the same generator, and know the outcome.
  ///
  /// - Parameters:
  ///   - sampler: Draws with the averaged weights as they are after a step.
  ///   - generator: A checksum of these weights.
  ///   - step: The step.
  /// - Returns: The scores.
  /// - Throws: A `ReportedError` on one rank, `RemoteFailureError` on the others.
  func scores(of sampler: Sampler, generator: String, step: Int) throws -> RunScores
}

/// What a run tells its evaluator before the first step.
package struct RunContext {
  /// The run's configuration.
  package let configuration: TrainingConfiguration
  /// What it is trained on.
  package let source: any ImageDataset
  /// The folder that caches lie in.
  package let cache: String
  /// The ranks.
  package let replicas: ReplicaGroup
  /// The threads of this rank.
  package let pool: WorkerPool
  /// Tells people how it goes.
  package let logger: Logger
}

/// Scores of a generator after a step.
package struct RunScores: Sendable {
  /// Numbers for `metrics.jsonl` and TensorBoard, by name.
  package let metrics: [(name: String, value: Double)]
  /// The score that tells the best checkpoint; `nil` where none does.
  package let ranking: Ranking?
  /// A sentence for people.
  package let summary: String
  /// The line for the run's file of evaluations.
  package let record: String

  /// The score that tells the best checkpoint.
  package struct Ranking: Sendable {
    /// Its name.
    package let name: String
    /// Its value.
    package let value: Double
    /// Whether more is better.
    package let isBetterHigh: Bool
    /// The checksum of all that it depends on beside the generator.
    package let conditions: String

    /// A score.
    package init(_ name: String, _ value: Double, isBetterHigh: Bool, conditions: String) {
      (self.name, self.value) = (name, value)
      (self.isBetterHigh, self.conditions) = (isBetterHigh, conditions)
    }
  }

  /// Scores with their texts.
  package init(metrics: [(name: String, value: Double)], ranking: Ranking?, summary: String, record: String) {
    (self.metrics, self.ranking, self.summary, self.record) = (metrics, ranking, summary, record)
  }
}
