/// The score by which a run's best checkpoint is told.
public enum BestScore: String, Sendable, CaseIterable {
  /// The Fréchet distance: FID where Inception makes the features. Less is better.
  case frechet = "fd"
  /// The Inception Score. More is better.
  case inceptionScore = "is"
  /// The share of generated images that are taken for the class that was asked for. More is better.
  case accuracy

  /// Reads a score by its name; `nil` for anything else.
  ///
  /// - Parameter text: Its name, or `fid`.
  public init?(parsing text: String) {
    guard let score = text == "fid" ? .frechet : BestScore(rawValue: text) else { return nil }
    self = score
  }
}
