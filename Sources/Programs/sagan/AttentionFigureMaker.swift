import BLAS
import Checkpoints
import Configuration
import Logging
import Networks
import Reports
import Sampling

/// Draws the figure of attention of a report: what the generator of a run looks at while it makes some samples.
enum AttentionFigureMaker {
  /// Rows of the figure.
  private static let rows = 6

  /// The generator's figure, of the checkpoint that is kept for its score where there is one, else of the newest.
  ///
  /// - Parameter run: The run.
  /// - Returns: The figure; none where the discriminator alone has attention, as real images would have to be read for it.
  /// - Throws: A `ReportedError` where there is no checkpoint, or a damaged one.
  static func figures(_ run: RunRecord) throws -> [ReportFigure] {
    let checkpoint = try Checkpoint.existing(in: run.path, isBest: run.best != nil, logger: .console)
    let configuration = try checkpoint.configuration()
    guard configuration.generator.attentionCount > 0 else { return [] }
    BLASLibrary.useCallingThread()
    let all = configuration.classes
    let count = min(rows, all)
    let selection = SampleSelection(classes: (0..<count).map { $0 * all / count }, perClass: 1)
    let shown = try CheckpointSampler(checkpoint, threads: 1).attention(selection)
    let figure = try AttentionFigure(shown, .spread(5))
    return [
      ReportFigure(
        png: try figure.png(), alt: figure.description,
        caption:
          "The generator at step \(shown.step): each image with its query points, and for each point the map of what it looks at."
      )
    ]
  }
}
