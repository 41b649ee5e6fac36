internal import Files

/// Which images of a data set whose authors published images to test with apart.
public struct DataSplit: Hashable, Sendable {
  /// Whether they are those to test with, which no training reads, and not those to train on.
  public let isTest: Bool
  /// How many of them, from the first on; all where `nil`.
  public let count: Int?

  /// All images to train on.
  public static let training = DataSplit(isTest: false)
  /// All images to test with.
  public static let test = DataSplit(isTest: true)

  /// More images no file can be said to have.
  static let countLimit = 100_000_000

  /// The images of one kind, or the first of them.
  public init(isTest: Bool, count: Int? = nil) { (self.isTest, self.count) = (isTest, count) }

  /// Takes the split off the end of a text such as `idx:photos:test` or `fashion-mnist:count=1000`.
  ///
  /// - Parameter text: What follows the kind of the data; a folder whose own name ends so is written with a slash behind it.
  /// - Returns: What is before the split, `nil` where nothing is, and the split that is named.
  /// - Throws: `DatasetError` for a number of images that none can have.
  static func split(_ text: String) throws(DatasetError) -> (argument: String?, split: DataSplit) {
    var words = text.split(separator: ":", omittingEmptySubsequences: false)
    var count: Int?
    if let last = words.last, last.hasPrefix("count="), !last.hasSuffix("/") {
      count = Int(last.dropFirst(6)) ?? 0
      guard let count, (1...countLimit).contains(count) else {
        throw DatasetError(
          .usage,
          "expected count=N with a number N from 1 to \(grouped(countLimit)) and found '\(last)' (behind a folder of this name "
            + "write a slash)")
      }
      words.removeLast()
    }
    let name = words.last.map(String.init)
    if name == "test" || name == "train" { words.removeLast() }
    return (words.isEmpty ? nil : words.joined(separator: ":"), DataSplit(isTest: name == "test", count: count))
  }

  /// What names it behind a data set.
  var suffix: String { (isTest ? ":test" : "") + (count.map { ":count=\($0)" } ?? "") }

  /// What people call its images.
  var noun: String { isTest ? "test images" : "images" }

  /// How many of a data set's images belong to it.
  ///
  /// - Parameters:
  ///   - all: How many there are.
  ///   - place: Where they are.
  /// - Returns: The number.
  /// - Throws: `DatasetError` where there are fewer than were asked for.
  func count(of all: Int, in place: String) throws(DatasetError) -> Int {
    guard let count else { return all }
    guard count <= all else {
      throw DatasetError(
        .configuration,
        "expected count=N with a number N from 1 to \(grouped(all)), as many \(noun) as there are in '\(place)', and found "
          + "\(grouped(count)); choose fewer, or leave it out for all")
    }
    return count
  }
}
