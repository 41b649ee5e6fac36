package import Checkpoints
package import Configuration
package import Kernels
package import Sampling

/// What `sagan evaluate` is asked for.
package struct EvaluationOptions: Sendable {
  /// Whose images are scored.
  package enum Subject: Sendable {
    /// Those that a checkpoint's generator draws: the newest of a run directory, or one by its path.
    case checkpoint(String, weights: CheckpointSampler.Version)
    /// Those in a folder.
    case images(String)
  }

  /// Whose images are scored.
  package var subject: Subject
  /// Whether the checkpoint that a run keeps for its score is meant, in place of the newest.
  package var isBest = false
  /// Which data set they are compared with; the run's where it does not say.
  package var data = DataOverride()
  /// A folder of images or a file of statistics to compare with instead.
  package var reference: String?
  /// How many images are scored.
  package var samples: Int
  /// How many images of the reference are taken; all where `nil`.
  package var referenceSamples: Int?
  /// Decides the latent vectors; the run's where `nil`.
  package var seed: UInt64?
  /// The scores and their definitions; all that can be had where there are no families.
  package var request: ScoreRequest
  /// Which network makes the features; the run's where `nil`, or the classifier where there is no run.
  package var extractor: ExtractorChoice?
  /// Images of a pass; decides no bit.
  package var batch = 64
  /// Threads of each rank.
  package var threads = 1
  /// How convolutions of the generator are computed; as in the run where `nil`.
  package var convolutions: ConvolutionAlgorithm?
  /// The folder that caches lie in; that of the run's images where `nil`.
  package var cache: String?

  /// Options with the usual values of the others.
  package init(_ subject: Subject, samples: Int, request: ScoreRequest, extractor: ExtractorChoice?) {
    (self.subject, self.samples, self.request, self.extractor) = (subject, samples, request, extractor)
  }
}
