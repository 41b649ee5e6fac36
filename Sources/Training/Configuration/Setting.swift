/// One row of the table of settings: a key and how its value is read from text and written as text.
///
/// The command line, `config.yaml` and the manifests of checkpoints all go through this table.
struct Setting: Sendable {
  /// A property of the settings.
  typealias Path<Value> = any WritableKeyPath<TrainingSettings, Value> & Sendable

  /// What the user writes, for instance `generator-learning-rate`.
  let key: String
  /// Whether the value decides what is computed, and not only how long, from where, and what is written meanwhile.
  let decidesResult: Bool
  /// Whether the value may be a list, whose text has commas between its parts.
  var isList = false
  /// Whether the value tells where the run's first numbers came from; nothing is written of it where they are random.
  var isOrigin = false
  /// The value as text.
  let text: @Sendable (TrainingSettings) -> String
  /// Sets the value from text, or returns what was expected instead.
  let set: @Sendable (inout TrainingSettings, String) -> String?

  /// Whether files of a run with these settings name this one.
  func isWritten(of settings: TrainingSettings) -> Bool { !isOrigin || text(settings) != "none" }

  /// A whole number within a range.
  static func integer(
    _ key: String, _ path: Path<Int>, in range: ClosedRange<Int>,
    decidesResult: Bool = true
  ) -> Setting {
    Setting(key: key, decidesResult: decidesResult, text: { String($0[keyPath: path]) }) { settings, text in
      guard let value = Int(text), range.contains(value) else {
        return "a whole number from \(range.lowerBound) to \(range.upperBound)"
      }
      settings[keyPath: path] = value
      return nil
    }
  }

  /// A whole number within a range, or a word for its absence.
  static func optional(
    _ key: String, _ path: Path<Int?>, _ absence: String, in range: ClosedRange<Int>, decidesResult: Bool = true
  ) -> Setting {
    Setting(
      key: key, decidesResult: decidesResult, text: { $0[keyPath: path].map(String.init) ?? absence }
    ) { settings, text in
      // Earlier versions wrote 0 for the absence of a number.
      if text == absence || text == "0" {
        settings[keyPath: path] = nil
        return nil
      }
      guard let value = Int(text), range.contains(value) else {
        return "\(absence) or a whole number from \(range.lowerBound) to \(range.upperBound)"
      }
      settings[keyPath: path] = value
      return nil
    }
  }

  /// Numbers of steps and images stay below this, so that products of two of them fit.
  static let largest = TrainingSettings.largestStep

  /// One of a few whole numbers.
  static func choice(
    _ key: String, _ path: Path<Int>, of choices: [Int]
  ) -> Setting {
    Setting(key: key, decidesResult: true, text: { String($0[keyPath: path]) }) { settings, text in
      guard let value = Int(text), choices.contains(value) else {
        return "one of " + choices.map(String.init).joined(separator: ", ")
      }
      settings[keyPath: path] = value
      return nil
    }
  }

  /// A real number; `accepts` says which, and `expected` says it in words.
  static func number(
    _ key: String, _ path: Path<Double>, _ expected: String,
    _ accepts: @escaping @Sendable (Double) -> Bool
  ) -> Setting {
    Setting(key: key, decidesResult: true, text: { numberText($0[keyPath: path]) }) { settings, text in
      guard let value = Double(text), value.isFinite, accepts(value) else { return expected }
      settings[keyPath: path] = value
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
    Setting(key: key, decidesResult: decidesResult, text: { String($0[keyPath: path]) }) { settings, text in
      guard let value = Bool(text) else { return "true or false" }
      settings[keyPath: path] = value
      return nil
    }
  }

  /// One of the names of an enumeration, which `expected` lists.
  static func name<Value: RawRepresentable<String> & Sendable & SendableMetatype>(
    _ key: String, _ path: Path<Value>, _ expected: String
  ) -> Setting {
    Setting(key: key, decidesResult: true, text: { $0[keyPath: path].rawValue }) { settings, text in
      guard let value = Value(rawValue: text) else { return expected }
      settings[keyPath: path] = value
      return nil
    }
  }

  /// Heights of maps, each once and in any order, or `none`; kept from low to high.
  static func maps(_ key: String, _ path: Path<[Int]>) -> Setting {
    Setting(
      key: key, decidesResult: true, isList: true,
      text: { $0[keyPath: path].isEmpty ? "none" : $0[keyPath: path].map(String.init).joined(separator: ",") }
    ) { settings, text in
      // Earlier versions took 0 for none.
      let words = ["none", "0"].contains(text) ? [] : text.split(separator: ",", omittingEmptySubsequences: false)
      let heights = words.compactMap { Int($0.drop { $0 == " " }) }.filter { (1...1024).contains($0) }
      guard heights.count == words.count, Set(heights).count == heights.count else {
        return "none or different heights of maps with commas between"
      }
      settings[keyPath: path] = heights.sorted()
      return nil
    }
  }
}
