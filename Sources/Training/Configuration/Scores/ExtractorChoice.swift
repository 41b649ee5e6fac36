/// Which network makes the features that scores compare.
public enum ExtractorChoice: Sendable, Hashable {
  /// The data set's own classifier.
  case classifier
  /// EfficientNet-lite0 of a file, or of where it is looked for.
  case lite0(String?)
  /// The FID Inception of a file, or of where it is looked for.
  case inception(String?)

  /// What can be written.
  public static let list = ["classifier", "inception", "inception:FILE", "lite0", "lite0:FILE"]

  /// Reads a network's name, behind which the file of its weights may stand after a colon; `nil` for anything else.
  ///
  /// - Parameter text: For instance `inception:weights.pth`.
  public init?(parsing text: String) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let file = parts.count > 1 ? parts[1] : nil
    guard file?.isEmpty != true else { return nil }
    switch (parts[0], file) {
    case ("classifier", nil): self = .classifier
    case ("lite0", _): self = .lite0(file)
    case ("inception", _): self = .inception(file)
    default: return nil
    }
  }
}

extension ExtractorChoice: CustomStringConvertible {
  /// The text that reads back as the same choice.
  public var description: String {
    switch self {
    case .classifier: "classifier"
    case .lite0(let file): "lite0" + (file.map { ":" + $0 } ?? "")
    case .inception(let file): "inception" + (file.map { ":" + $0 } ?? "")
    }
  }
}
