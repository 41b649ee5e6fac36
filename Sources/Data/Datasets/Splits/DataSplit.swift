/// Which of the images that a data set's authors published apart.
public enum DataSplit: String, CaseIterable, Sendable {
  /// Those to train on.
  case training = "train"
  /// Those to test with, which no training reads.
  case test

  /// Takes the split off the end of a text such as `idx:photos:test`.
  ///
  /// - Parameter text: What follows the kind of the data; a folder whose own name ends so is written with a slash behind it.
  /// - Returns: What is before the split, `nil` where nothing is, and the split that is named.
  static func split(_ text: String) -> (argument: String?, split: DataSplit) {
    for split in allCases {
      if text == split.rawValue { return (nil, split) }
      if text.hasSuffix(":" + split.rawValue) { return (String(text.dropLast(split.rawValue.count + 1)), split) }
    }
    return (text, .training)
  }

  /// What names it behind a data set.
  var suffix: String { self == .training ? "" : ":" + rawValue }

  /// What people call its images.
  var noun: String { self == .training ? "images" : "test images" }
}
