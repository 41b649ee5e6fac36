import ArgumentParser
import Configuration
import Evaluation

/// `--extractor`: a network by its name, or by the file of its weights behind the name and a colon.
struct ExtractorOption: ExpressibleByArgument {
  private let choice: ExtractorChoice?
  private let name: String

  init?(argument: String) {
    name = argument.split(separator: ":", omittingEmptySubsequences: false).first.map(String.init) ?? ""
    choice = ExtractorChoice(parsing: argument)
    // Known, and answered by a sentence of its own.
    guard choice != nil || name == "vgg16" else { return nil }
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
      "expected --extractor inception beside --like \(tool.rawValue) and found \(option.name): the program's figures are of no other "
        + "network")
  }

  /// The network that an option means.
  ///
  /// - Parameters:
  ///   - option: What was given.
  ///   - tool: The program whose figures are asked for.
  /// - Returns: The network; `nil` where nothing says which.
  static func choice(_ option: ExtractorOption?, like tool: ScoringTool?) -> ExtractorChoice? {
    option?.choice ?? (tool == nil ? nil : .inception(nil))
  }
}

extension ScoringTool: ExpressibleByArgument {}
