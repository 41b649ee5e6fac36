internal import Datasets
internal import Formats
internal import Layers
internal import Networks
internal import Optimizers
internal import Tensors

/// What rank 0 writes while a run goes on; other ranks have none.
final class RunOutput {
  private let directory: RunDirectory
  private let metrics: MetricsLog
  private let grid: SampleGrid
  private let trainer: Trainer<Float>
  private let source: any LabeledImages

  /// Opens the output of a run that goes on after the trainer's step.
  init(_ directory: RunDirectory, _ trainer: Trainer<Float>, _ source: any LabeledImages, pool: WorkerPool) throws {
    self.directory = directory
    self.trainer = trainer
    self.source = source
    metrics = try MetricsLog(path: directory.metricsPath, continuingAfter: trainer.step)
    grid = SampleGrid(
      trainer.generator.architecture, weights: trainer.average, seed: trainer.configuration.seed, pool: pool)
    try directory.write(trainer.configuration)
  }

  /// Appends a line of metrics.
  func log(_ report: StepReport, times: [MetricsLog.Metric]) throws {
    var results: [MetricsLog.Metric] = [
      ("loss/discriminator", report.discriminatorLoss), ("loss/generator", report.generatorLoss),
      ("logit/real", report.logitReal), ("logit/fake", report.logitFake),
    ]
    if trainer.configuration.head == .classifier {
      results += [
        ("class_loss/discriminator", report.discriminatorClassLoss),
        ("class_loss/generator", report.generatorClassLoss), ("class_accuracy/real", report.realClassAccuracy),
      ]
    }
    try metrics.append(step: trainer.step, results, times: times)
  }

  /// Draws a grid of samples.
  func writeSamples() throws {
    grid.advanceSpectra(from: trainer.generator.context.weights)
    try directory.write(samples: try grid.png(), step: trainer.step)
  }

  /// Writes a checkpoint.
  func writeCheckpoint() throws {
    grid.advanceSpectra(from: trainer.generator.context.weights)
    try metrics.flush()
    try directory.checkpoints.write(
      trainer.checkpointContents(dataFingerprint: source.fingerprint, classNames: source.classNames),
      keep: trainer.configuration.keepCheckpoints)
  }
}
