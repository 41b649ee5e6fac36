public import Configuration

/// Rows of samples that change step by step: from one latent vector to another, from one class to another, or both.
public struct Interpolation: Sendable {
  /// What changes along a row.
  public enum Kind: String, CaseIterable, Sendable {
    /// The latent vector, within a class.
    case latent
    /// The class, with one latent vector.
    case `class`
    /// Both at once.
    case both
  }

  /// What changes along a row.
  public let kind: Kind
  /// Samples of a row, both ends included.
  public let steps: Int
  /// The ends of each row, from the top.
  public let rows: [(first: Sample, second: Sample)]

  /// The rows of a selection.
  ///
  /// `latent`: the n-th row of a class goes from its sample 2n to its sample 2n + 1. `class` and `both`: the n-th row of two
  /// classes that follow each other in the selection begins at sample n of the first one; `both` ends at sample n of the
  /// second one.
  ///
  /// - Parameters:
  ///   - kind: What changes along a row.
  ///   - selection: The classes, and how many rows each of them or of their pairs has.
  ///   - steps: Samples of a row.
  /// - Throws: `ConfigurationError` if classes shall change and there is but one.
  public init(_ kind: Kind, _ selection: SampleSelection, steps: Int) throws(ConfigurationError) {
    precondition(steps >= 2, "a row of \(steps) samples")
    (self.kind, self.steps) = (kind, steps)
    let numbers = 0..<selection.perClass
    guard kind != .latent else {
      rows = selection.classes.flatMap { label in
        numbers.map { (Sample(label: label, number: 2 * $0), Sample(label: label, number: 2 * $0 + 1)) }
      }
      return
    }
    guard selection.classes.count > 1 else {
      throw ConfigurationError(
        "expected two classes or more in --classes beside --interpolate \(kind.rawValue) and found one; name those to go "
          + "through, such as --classes 0,1, or choose --interpolate latent")
    }
    rows = zip(selection.classes, selection.classes.dropFirst()).flatMap { from, to in
      numbers.map { (Sample(label: from, number: $0), Sample(label: to, number: $0)) }
    }
  }

  /// Number of samples.
  public var count: Int { rows.count * steps }

  /// One of the samples, row by row.
  public subscript(index: Int) -> Blend {
    let (row, step) = index.quotientAndRemainder(dividingBy: steps)
    let share = Double(step) / Double(steps - 1)
    let (first, second) = rows[row]
    return Blend(
      first, second, latentShare: kind == .class ? 0 : share, classShare: kind == .latent ? 0 : share)
  }

  /// What stands beside each row: its class, or the two that it goes between.
  ///
  /// - Parameter names: The names of the classes, by label, if they are known.
  /// - Returns: Lines of text for each row, such as `coat` and `to bag`.
  public func labels(names: [String]?) -> [[String]] {
    rows.map { first, second in
      let name = className(first.label, names)
      return kind == .latent ? [name] : [name, "to " + className(second.label, names)]
    }
  }

  /// The rows, from the top.
  ///
  /// - Parameter names: The names of the classes, by label, if they are known.
  /// - Returns: For instance `coat to bag, bag to shirt`.
  public func description(names: [String]?) -> String {
    labels(names: names).prefix(20).map { $0.joined(separator: " ") }.joined(separator: ", ")
      + (rows.count > 20 ? ", …" : "")
  }
}
