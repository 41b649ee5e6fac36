/// How many things of a kind there are, and the names of the first few.
public struct Tally: Sendable, Equatable, Codable {
  /// How many names are kept.
  private static let limit = 5

  /// How many there are.
  public private(set) var count = 0
  /// The first of them.
  public private(set) var names: [String] = []

  /// None.
  public init() {}

  /// All of these.
  init(_ names: some Sequence<String>) { for name in names { add(name) } }

  /// Counts one more.
  mutating func add(_ name: String) {
    count += 1
    if names.count < Self.limit { names.append(name) }
  }

  /// The first names in quotes, with three points where there are more.
  var text: String { names.map { "'\($0)'" }.joined(separator: ", ") + (count > names.count ? ", …" : "") }
}
