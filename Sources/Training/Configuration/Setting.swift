/// One row of the table of settings: a key and how its value is read from text and written as text.
///
/// The command line, `config.yaml` and the manifests of checkpoints all go through this table.
struct Setting: Sendable {
  /// A property of the configuration.
  typealias Path<Value> = any WritableKeyPath<TrainingConfiguration, Value> & Sendable

  /// What the user writes, for instance `generator-learning-rate`.
  let key: String
  /// Whether the value decides what is computed, and not only how long, from where, and what is written meanwhile.
  let decidesResult: Bool
  /// The value as text.
  let text: @Sendable (TrainingConfiguration) -> String
  /// Sets the value from text, or returns what was expected instead.
  let set: @Sendable (inout TrainingConfiguration, String) -> String?

  /// A whole number within a range.
  static func integer(
    _ key: String, _ path: Path<Int>, in range: ClosedRange<Int>,
    decidesResult: Bool = true
  ) -> Setting {
    Setting(key: key, decidesResult: decidesResult, text: { String($0[keyPath: path]) }) { configuration, text in
      guard let value = Int(text), range.contains(value) else {
        return "a whole number from \(range.lowerBound) to \(range.upperBound)"
      }
      configuration[keyPath: path] = value
      return nil
    }
  }

  /// Numbers of steps and images stay below this, so that products of two of them fit.
  static let largest = 1_000_000_000

  /// One of a few whole numbers.
  static func choice(
    _ key: String, _ path: Path<Int>, of choices: [Int]
  ) -> Setting {
    Setting(key: key, decidesResult: true, text: { String($0[keyPath: path]) }) { configuration, text in
      guard let value = Int(text), choices.contains(value) else {
        return "one of " + choices.map(String.init).joined(separator: ", ")
      }
      configuration[keyPath: path] = value
      return nil
    }
  }

  /// A real number; `accepts` says which, and `expected` says it in words.
  static func number(
    _ key: String, _ path: Path<Double>, _ expected: String,
    _ accepts: @escaping @Sendable (Double) -> Bool
  ) -> Setting {
    Setting(key: key, decidesResult: true, text: { numberText($0[keyPath: path]) }) { configuration, text in
      guard let value = Double(text), value.isFinite, accepts(value) else { return expected }
      configuration[keyPath: path] = value
      return nil
    }
  }

  /// The shortest text that reads back as a number, with a decimal point: YAML 1.1 takes `1e-08` for a string.
  private static func numberText(_ value: Double) -> String {
    let text = "\(value)"
    guard let exponent = text.firstIndex(of: "e"), !text.contains(".") else { return text }
    return text[..<exponent] + ".0" + text[exponent...]
  }

  /// `true` or `false`.
  static func flag(_ key: String, _ path: Path<Bool>, decidesResult: Bool = true) -> Setting {
    Setting(key: key, decidesResult: decidesResult, text: { String($0[keyPath: path]) }) { configuration, text in
      guard let value = Bool(text) else { return "true or false" }
      configuration[keyPath: path] = value
      return nil
    }
  }

  /// The height of a map, or `none`.
  static func map(_ key: String, _ path: Path<Int>) -> Setting {
    Setting(
      key: key, decidesResult: true, text: { $0[keyPath: path] == 0 ? "none" : String($0[keyPath: path]) }
    ) { configuration, text in
      guard let value = text == "none" ? 0 : Int(text), (0...1024).contains(value) else {
        return "none or the height of a map"
      }
      configuration[keyPath: path] = value
      return nil
    }
  }
}
