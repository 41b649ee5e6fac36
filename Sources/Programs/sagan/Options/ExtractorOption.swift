import ArgumentParser
import Configuration
import Evaluation

/// `--extractor`: a network by its name, or by the file of its weights behind the name and a colon.
struct ExtractorOption: ExpressibleByArgument {
  /// The network; `nil` for one that is known and answered by a sentence of its own.
  let choice: ExtractorChoice?

  init?(argument: String) {
    choice = ExtractorChoice(parsing: argument)
    guard choice != nil || argument == "vgg16" else { return nil }
  }

  static let allValueStrings = ExtractorChoice.list

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
      "expected --extractor inception beside --like \(tool.rawValue) and found \(choice): the program's figures are of no other "
        + "network")
  }
}

extension ScoringTool: ExpressibleByArgument {}
