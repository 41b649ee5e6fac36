internal import Configuration
internal import Extractors
internal import Files
internal import Formats
internal import Foundation
internal import Threads

/// Finds and reads the network of a file.
struct NetworkChoice {
  private let choice: ExtractorChoice
  private let tool: ScoringTool?
  private let threads: Int

  init(_ choice: ExtractorChoice, like tool: ScoringTool? = nil, threads: Int) {
    (self.choice, self.tool, self.threads) = (choice, tool, threads)
  }

  /// What the network of a name makes: its name and the number of its features; `nil` for the classifier.
  static func known(_ choice: ExtractorChoice) -> (name: String, features: Int)? {
    switch choice {
    case .classifier: nil
    case .lite0: ("lite0", 1280)
    case .inception: ("inception", 2048)
    }
  }

  /// The network, with the preparation that belongs to it.
  func extractor(pool: WorkerPool) throws -> any RowExtractor {
    let environment = ProcessInfo.processInfo.environment
    switch choice {
    case .classifier:
      throw FileError(
        .missing,
        "the classifier needs a data set with classes to learn from: name one with --data, or choose --extractor inception or lite0"
      )
    case .inception(let file):
      let path = try ExtractorSearch(for: .inception(), option: file, environment: environment).find()
      return try rows(.inception(), path, tool?.preparation ?? .tensorflow, hasBias: false, pool)
    case .lite0(let file):
      let path = try ExtractorSearch(for: .lite0(), option: file, environment: environment).find()
      return try rows(.lite0(), path, .lite, hasBias: true, pool)
    }
  }

  private func rows(
    _ network: FeatureNetwork, _ path: String, _ preparation: Preparation, hasBias: Bool, _ pool: WorkerPool
  ) throws -> any RowExtractor {
    NetworkRows(
      try NetworkExtractor(network, try WeightsFiles.open(path: path), threads: threads), preparation, hasBias: hasBias,
      pool: pool)
  }
}
