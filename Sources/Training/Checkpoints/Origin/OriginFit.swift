public import Configuration
internal import Networks

/// What a new run takes from an origin that knows other classes, or has another head: rows of the classes that both know, and all that
/// does not depend on classes.
public struct OriginFit: Sendable {
  /// For each label of the new run the label that its class has in the origin.
  private let sources: [Int?]
  private let formerClasses: Int
  /// The head's name where it changes.
  private let newHead: String?
  private let names: [String]

  /// Compares an origin's classes with those of a run; `nil` where both have as many and the same head, and all numbers are taken.
  ///
  /// - Parameters:
  ///   - checkpoint: The origin.
  ///   - settings: The run's, resolved.
  ///   - names: The names of the run's classes, by label.
  /// - Throws: `CheckpointError` if the checkpoint holds no settings of a run.
  public init?(_ checkpoint: Checkpoint, _ settings: TrainingSettings, classNames names: [String])
    throws(CheckpointError)
  {
    let former = try checkpoint.configuration()
    guard let classes = settings.classes, classes != former.classes || settings.head != former.head else { return nil }
    self.names = names
    formerClasses = former.classes
    newHead = settings.head == former.head ? nil : settings.head.rawValue
    // Where the origin has no names, or as many classes, labels decide.
    guard let known = checkpoint.manifest.classNames, classes != former.classes, names.count == classes else {
      sources = (0..<classes).map { $0 < former.classes ? $0 : nil }
      return
    }
    let labels = Dictionary(known.enumerated().map { ($1, $0) }) { first, _ in first }
    sources = names.map { labels[$0] }
  }

  /// What there is to say where a run has as many classes as its origin, but under other names.
  ///
  /// - Parameters:
  ///   - checkpoint: The origin.
  ///   - names: The names of the run's classes, by label.
  /// - Returns: A sentence; `nil` where names are the same, unknown, or of another number.
  public static func renaming(_ checkpoint: Checkpoint, classNames names: [String]) -> String? {
    guard let known = checkpoint.manifest.classNames, known.count == names.count, known != names,
      let place = zip(known, names).enumerated().first(where: { $1.0 != $1.1 })
    else { return nil }
    return
      "the origin has as many classes under other names, and labels decide: class \(place.offset), '\(place.element.1)', "
      + "begins as '\(place.element.0)'"
  }

  /// What is taken and what is drawn anew, for people.
  public var sentence: String {
    let new = sources.indices.filter { sources[$0] == nil }
    var parts: [String] = []
    if new.isEmpty {
      parts.append("all \(sources.count) classes keep their numbers")
    } else {
      let shown = new.prefix(5).map { "'\($0 < names.count ? names[$0] : "\($0)")'" }.joined(separator: ", ")
      parts.append(
        "\(sources.count - new.count) of \(sources.count) classes keep their numbers, and those of "
          + "\(shown)\(new.count > 5 ? " …" : "") are drawn anew")
    }
    let lost = formerClasses - Set(sources.compactMap(\.self)).count
    if lost > 0 { parts.append("\(lost) of the origin's classes are left out") }
    if let newHead { parts.append("the discriminator's \(newHead) is drawn anew") }
    return parts.joined(separator: "; ")
  }

  /// What becomes of a tensor.
  enum Part {
    /// It is the origin's.
    case whole
    /// It has a row for each class.
    case rows
    /// It is drawn anew, or follows from others.
    case anew
  }

  /// What becomes of a tensor of a name.
  func part(_ name: String) -> Part {
    if name.wholeMatch(of: /block[0-9]+\.bn[12]\.(gain|bias)/) != nil { return .rows }
    guard Self.isOfHead(name) else { return .whole }
    return newHead == nil && (name.hasSuffix(".weight") || name.hasSuffix(".bias")) ? .rows : .anew
  }

  /// Whether a tensor belongs to what the class adds to the discriminator.
  static func isOfHead(_ name: String) -> Bool { name.hasPrefix("embedding.") || name.hasPrefix("classifier.") }

  /// The extents that a table with such extents has in the origin.
  func formerShape(_ shape: [Int]) -> [Int] { [formerClasses] + shape.dropFirst() }

  /// A table with the origin's rows for classes that it knows, and its own for others.
  func joined(_ own: [Float], former: [Float]) -> [Float] {
    let columns = own.count / sources.count
    var result = own
    for (label, source) in sources.enumerated() {
      guard let source else { continue }
      for column in 0..<columns { result[label * columns + column] = former[source * columns + column] }
    }
    return result
  }
}
