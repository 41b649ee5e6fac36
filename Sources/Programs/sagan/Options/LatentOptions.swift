import ArgumentParser
import Configuration

/// Which latent vectors `sagan sample` draws from.
struct LatentOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Draw components of latent vectors beyond T or -T again: samples become more alike.",
      valueName: "T"), transform: Double.reading)
  var truncation: Double?

  @Option(
    help: ArgumentHelp(
      "Take the statistics of batch norm from N batches of such vectors instead of training (default: from training).",
      valueName: "N"), transform: Int.reading)
  var standingStatistics: Int?

  mutating func validate() throws {
    if let truncation, !(0.01...10).contains(truncation) {
      throw ValidationError("expected --truncation from 0.01 to 10 and found \(truncation)")
    }
    if let standingStatistics, !(1...10_000).contains(standingStatistics) {
      throw ValidationError(
        "expected --standing-statistics from 1 to 10000 and found \(standingStatistics)")
    }
  }
}
