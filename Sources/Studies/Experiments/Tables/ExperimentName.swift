/// A table or figure of the SAGAN paper, arXiv 1805.08318, that can be made again.
package enum ExperimentName: String, CaseIterable, Sendable {
  /// Three systems side by side.
  case table2
  /// What stabilizes training.
  case figure3
  /// Where attention stands, and what residual blocks do in its place.
  case table1

  /// What a report calls it.
  package var title: String {
    switch self {
    case .table2: "Table 2: three systems"
    case .figure3: "Figure 3: spectral norm and two rates"
    case .table1: "Table 1: attention and residual blocks"
    }
  }

  /// What it shows, in a sentence.
  package var purpose: String {
    switch self {
    case .table2:
      "AC-GAN, SNGAN with projection and SAGAN, each with its published updates, rates and shape of the discriminator, at equal base "
        + "width."
    case .figure3:
      "The effect of spectral norm in the discriminator, in both networks, and of two learning rates, with one discriminator update a "
        + "step and without attention."
    case .table1:
      "Attention on maps of several heights, no attention, and residual blocks of as many parameters in its place; nothing else "
        + "differs."
    }
  }

  /// Reads names with commas between, or `all`.
  ///
  /// - Parameter text: The names, in any order.
  /// - Returns: The experiments in their own order; `nil` where one is unknown or there are none.
  package static func reading(_ text: String) -> [ExperimentName]? {
    if text == "all" { return allCases }
    let words = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let names = words.compactMap { ExperimentName(rawValue: $0) }
    guard names.count == words.count else { return nil }
    return allCases.filter(names.contains)
  }

  /// What can be written, for messages.
  package static let list = allCases.map(\.rawValue).joined(separator: ", ") + " or all"
}
