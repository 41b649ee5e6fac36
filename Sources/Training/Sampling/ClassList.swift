public import Configuration

extension SampleSelection {
  /// Reads a list of classes such as `0-3,7,sandal`: labels, ranges of labels, and names.
  ///
  /// A number is always a label, even where a class has that name. Of a name, the beginning will do if no other class's
  /// name begins so.
  ///
  /// - Parameters:
  ///   - text: The list; all that a run's grids show where `nil`.
  ///   - perClass: Samples of each class; as many as in a run's grids where `nil`.
  ///   - classes: How many classes there are.
  ///   - names: Their names, by label, if they are known.
  /// - Throws: `ConfigurationError` if a class does not exist, or the list is none.
  public init(classes text: String?, perClass: Int?, of classes: Int, names: [String]?) throws(ConfigurationError) {
    let grid = SampleSelection(gridOf: classes)
    guard let text else {
      self.init(classes: grid.classes, perClass: perClass ?? grid.perClass)
      return
    }
    let existing = "the checkpoint has \(classes) classes, 0 to \(classes - 1)"
    var labels: [Int] = []
    for item in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let range = Self.labels(item, names ?? []) else {
        throw ConfigurationError(
          "expected labels, ranges such as 0-3, or names of classes in --classes and found '\(item)'; " + existing
            + Self.list(names ?? []))
      }
      guard range.upperBound < classes else {
        throw ConfigurationError(
          "expected labels below \(classes) in --classes and found \(range.upperBound); " + existing)
      }
      labels += range
    }
    self.init(classes: labels, perClass: perClass ?? grid.perClass)
  }

  /// The labels that one item of a list stands for.
  private static func labels(_ item: Substring, _ names: [String]) -> ClosedRange<Int>? {
    if let label = number(item) ?? label(named: item.lowercased(), names) { return label...label }
    let ends = item.split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let first = number(ends[0]), let last = number(ends[1]), first <= last else { return nil }
    return first...last
  }

  private static func number(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
  }

  /// The class of that name, or the only one whose name begins with it.
  private static func label(named name: String, _ names: [String]) -> Int? {
    let names = names.map { $0.lowercased() }
    if let label = names.firstIndex(of: name) { return label }
    let candidates = names.indices.filter { names[$0].hasPrefix(name) }
    return candidates.count == 1 && !name.isEmpty ? candidates[0] : nil
  }

  /// Some names, as they may follow a sentence.
  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(10).map { "'\($0)'" }.joined(separator: ", ")
    return names.isEmpty ? "" : " (\(shown)\(names.count > 10 ? ", …" : ""))"
  }
}
