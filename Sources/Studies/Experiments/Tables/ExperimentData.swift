internal import Configuration
internal import Datasets
internal import Files

/// The images that the runs of a table are trained on.
package struct ExperimentData: Hashable, Sendable {
  /// What `sagan train --data` gets.
  package let text: String
  /// Height and width of the images that networks see.
  package let resolution: Int
  /// Whether they are the photographs that a scale has beside its main data.
  package let isPhotographs: Bool
  /// Images of the same classes that training never sees, by which finished runs are scored as well; `nil` for none.
  package let reference: String?

  private init(_ text: String, resolution: Int, isPhotographs: Bool, reference: String?) {
    (self.text, self.resolution, self.isPhotographs, self.reference) = (text, resolution, isPhotographs, reference)
  }

  /// Photographs.
  ///
  /// - Parameters:
  ///   - text: What `sagan train --data` gets.
  ///   - reference: Other images of the same classes.
  /// - Returns: The data, which networks see at 64×64.
  /// - Throws: A `ReportedError` where the words name no data.
  package static func photographs(_ text: String, reference: String?) throws -> ExperimentData {
    for words in [text] + (reference.map { [$0] } ?? []) { _ = try DataSpecification(parsing: words) }
    return ExperimentData(text, resolution: 64, isPhotographs: true, reference: reference)
  }

  /// The main data of a scale.
  ///
  /// - Parameters:
  ///   - text: What the user wrote; the scale's own where `nil`.
  ///   - scale: The scale.
  /// - Throws: A `ReportedError` where the words name no data.
  package init(_ text: String?, at scale: ExperimentScale) throws {
    let text = text ?? (scale.isPublished ? "synthetic" : "fashion-mnist")
    let specification = try DataSpecification(parsing: text)
    let is32 = text.hasPrefix("fashion-mnist") || text.hasPrefix("cifar10") || text.hasPrefix("idx")
    self.init(
      text, resolution: scale.isPublished && !is32 ? 128 : 32, isPhotographs: false,
      reference: specification.isTest ? nil : specification.testImages?.description)
  }

  /// Whether these are the images of CIFAR-10, for which others have published scores.
  package var isCIFAR: Bool { text.hasPrefix("cifar10:") }

  /// The name that run keys have for the data: folders count by their last names alone, so that a run is the same run wherever its
  /// images lie.
  package var keyText: String { Self.keyText(text) }

  /// The same for the reference.
  package var keyReference: String? { reference.map(Self.keyText) }

  private static func keyText(_ text: String) -> String {
    guard let colon = text.firstIndex(of: ":"), text.contains("/") else { return text }
    let path = String(text[text.index(after: colon)...])
    return String(text[...colon]) + Directory.split(path).name
  }
}
