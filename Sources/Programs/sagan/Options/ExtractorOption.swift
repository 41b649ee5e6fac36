import ArgumentParser
import Evaluation

/// `--extractor`: a network by its name, or by the file of its weights behind the name and a colon.
struct ExtractorOption: ExpressibleByArgument {
  private let choice: EvaluationOptions.ExtractorChoice?
  private let name: String

  init?(argument: String) {
    let parts = argument.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let file = parts.count > 1 ? parts[1] : nil
    guard file?.isEmpty != true else { return nil }
    name = parts[0]
    switch (name, file) {
    case ("classifier", nil): choice = .classifier
    case ("lite0", _): choice = .lite0(file)
    case ("inception", _): choice = .inception(file)
    // Known, and answered by a sentence of its own.
    case ("vgg16", _): choice = nil
    default: return nil
    }
  }

  static let allValueStrings = ["classifier", "inception", "inception:FILE", "lite0", "lite0:FILE"]

  /// Checks that there is such a network, and that another program's figures are of it.
  ///
  /// - Parameters:
  ///   - option: What was given.
  ///   - tool: The program whose figures are asked for.
  /// - Throws: `ValidationError` if not.
  static func check(_ option: ExtractorOption?, like tool: ScoringTool?) throws {
    guard let option else { return }
    guard let choice = option.choice else {
      throw ValidationError(
        "expected --extractor as \(allValueStrings.joined(separator: ", ")) and found vgg16, whose features sagan does not compute; "
          + "precision and recall of Inception's features are --extractor inception --metrics pr")
    }
    guard let tool else { return }
    if case .inception = choice { return }
    throw ValidationError(
      "expected --extractor inception beside --like \(tool.rawValue) and found \(option.name): the program's figures are of no other "
        + "network")
  }

  /// The network that an option means.
  ///
  /// - Parameters:
  ///   - option: What was given.
  ///   - tool: The program whose figures are asked for.
  ///   - usual: The network where nothing says which.
  /// - Returns: The network.
  static func choice(
    _ option: ExtractorOption?, like tool: ScoringTool?, otherwise usual: EvaluationOptions.ExtractorChoice = .classifier
  ) -> EvaluationOptions.ExtractorChoice {
    option?.choice ?? (tool == nil ? usual : .inception(nil))
  }
}

extension ScoringTool: ExpressibleByArgument {}
