public import Configuration

extension SampleSelection {
  /// Reads a list of classes such as `0-3,7,sandal`: names, labels and ranges of labels.
  ///
  /// `ClassReading` says what an item means; what could mean two things is refused.
  ///
  /// - Parameters:
  ///   - text: The list; all that a run's grids show where `nil`.
  ///   - perClass: Samples of each class; as many as in a run's grids where `nil`.
  ///   - isComplete: Whether all classes are meant where there is no list.
  ///   - classes: How many classes there are.
  ///   - names: Their names, by label, if they are known.
  /// - Throws: `ConfigurationError` if a class does not exist, or the list is none.
  public init(
    classes text: String?, perClass: Int?, isComplete: Bool = false, of classes: Int, names: [String]?
  ) throws(ConfigurationError) {
    let grid = SampleSelection(gridOf: classes)
    guard let text else {
      self.init(classes: isComplete ? Array(0..<classes) : grid.classes, perClass: perClass ?? grid.perClass)
      return
    }
    let reading = ClassReading(classes: classes, names: names ?? [])
    var labels: [Int] = []
    for item in reading.items(of: text) { labels += try reading.labels(item) }
    self.init(classes: labels, perClass: perClass ?? grid.perClass)
  }
}

/// What the items of `--classes` mean.
///
/// An exact name means its class. Else a number is a label, a range is one of labels, and the beginning of one class's name
/// alone means that class; but not if two of these are possible, nor if a class has a number for a name and the label's own
/// name is another.
private struct ClassReading {
  let classes: Int
  let names: [String]

  /// The items between commas; names that hold commas stay whole.
  func items(of text: String) -> [String] {
    var parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    var items: [String] = []
    while !parts.isEmpty {
      let count = (1...parts.count).last { isName(parts[..<$0].joined(separator: ",")) } ?? 1
      items.append(parts[..<count].joined(separator: ","))
      parts.removeFirst(count)
    }
    return items
  }

  /// The labels that an item means.
  func labels(_ item: String) throws(ConfigurationError) -> [Int] {
    if let label = label(named: item) { return [label] }
    let candidates = names.indices.filter { !item.isEmpty && starts(names[$0], with: item) }
    guard let range = Self.range(item) else {
      guard candidates.count != 1 else { return candidates }
      throw error(
        candidates.isEmpty
          ? "expected names of classes, labels, or ranges of labels such as 0-3 in --classes and found '\(item)'"
          : "'\(item)' in --classes may mean \(list(candidates)); write the whole name")
    }
    guard range.upperBound < classes else {
      if candidates.count == 1 { return candidates }
      throw error("expected labels below \(classes) in --classes and found \(range.upperBound)")
    }
    if candidates.count == 1, range.count > 1 || range.lowerBound != candidates[0] {
      throw error("'\(item)' in --classes may mean \(list(candidates)) or \(labelText(range)); write the whole name")
    }
    let named = range.map { label(named: String($0)) }
    if named.contains(where: { $0 != nil }), named != range.map(Optional.some) {
      throw error(
        "'\(item)' in --classes may mean the classes of these names (\(list(named.compactMap { $0 }))) or "
          + "\(labelText(range)); write the names one by one")
    }
    if range.contains(where: { !isCalled($0) }), names.contains(where: { Self.number($0) != nil }) {
      throw error(
        "'\(item)' in --classes is the name of no class, and as \(labelText(range)) it would mean "
          + "\(list(Array(range.prefix(5)))); write the names, as there are names that are numbers")
    }
    return Array(range)
  }

  /// Whether a label is its class's name.
  private func isCalled(_ label: Int) -> Bool { names.indices.contains(label) && names[label] == String(label) }

  private func isName(_ text: String) -> Bool { label(named: text) != nil }

  /// The class of exactly that name, byte by byte: Swift takes `é` for `e` with an accent.
  private func label(named name: String) -> Int? { names.firstIndex { $0.utf8.elementsEqual(name.utf8) } }

  private func starts(_ name: String, with start: String) -> Bool { name.utf8.starts(with: start.utf8) }

  /// A number, or two with a line in between, the larger one behind.
  private static func range(_ item: String) -> ClosedRange<Int>? {
    if let number = number(item) { return number...number }
    let ends = item.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    guard ends.count == 2, let first = number(ends[0]), let last = number(ends[1]), first <= last else { return nil }
    return first...last
  }

  private static func number(_ text: String) -> Int? {
    text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
  }

  private func labelText(_ range: ClosedRange<Int>) -> String {
    range.count == 1 ? "label \(range.lowerBound)" : "labels \(range.lowerBound) to \(range.upperBound)"
  }

  /// Some classes, as they may stand in a sentence.
  private func list(_ labels: [Int]) -> String {
    labels.prefix(5).map { names.indices.contains($0) ? "'\(names[$0])'" : "class \($0)" }.joined(separator: ", ")
      + (labels.count > 5 ? ", …" : "")
  }

  private func error(_ text: String) -> ConfigurationError {
    let known = names.isEmpty ? "" : " (" + names.prefix(10).map { "'\($0)'" }.joined(separator: ", ")
    let end = names.isEmpty ? "" : names.count > 10 ? ", …)" : ")"
    return ConfigurationError(text + "; the checkpoint has \(classes) classes, 0 to \(classes - 1)" + known + end)
  }
}

extension SampleSelection {
  /// The rows of the picture for people, from the top.
  ///
  /// - Parameter names: The names of the classes, by label, if they are known.
  /// - Returns: For instance `7 (sandal), 2 (coat)`.
  public func rows(names: [String]?) -> String {
    classes.prefix(20).map { label in
      guard let names, names.indices.contains(label), names[label] != String(label) else { return String(label) }
      return "\(label) (\(names[label]))"
    }.joined(separator: ", ") + (classes.count > 20 ? ", …" : "")
  }
}

/// What a class is called in pictures: by its name, or by its label where that is not known.
func className(_ label: Int, _ names: [String]?) -> String {
  names.flatMap { $0.indices.contains(label) ? $0[label] : nil } ?? "class \(label)"
}
