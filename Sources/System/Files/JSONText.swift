internal import Foundation

/// JSON as this program writes it: keys sorted and in snake case, slashes bare.
package enum JSONText {
  /// A value's text.
  ///
  /// - Parameters:
  ///   - value: Of numbers, texts, lists and objects of them; a type that can encode something else is a mistake and traps.
  ///   - isPretty: Whether there is a line for each member.
  ///   - spellsNonFinite: Whether infinities and NaN are written as `"inf"`, `"-inf"` and `"nan"`; else they trap.
  /// - Returns: The text, without a line end behind it.
  package static func encode<Value: Encodable>(
    _ value: Value, isPretty: Bool = false, spellsNonFinite: Bool = false
  ) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
    encoder.keyEncodingStrategy = .convertToSnakeCase
    if spellsNonFinite {
      encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    }
    do {
      return String(decoding: try encoder.encode(value), as: UTF8.self)
    } catch {
      preconditionFailure("\(Value.self) cannot be written as JSON: \(error)")
    }
  }

  /// The value of a text with keys in snake case.
  ///
  /// - Parameters:
  ///   - type: What to read.
  ///   - text: UTF-8.
  /// - Returns: The value.
  /// - Throws: `DecodingError` where the text is not JSON or not of that type.
  package static func decode<Value: Decodable>(_ type: Value.Type, from text: [UInt8]) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: Data(text))
  }

  /// JSON of the same value whose strings may be printed: characters that nobody sees are written as escapes.
  ///
  /// - Parameter text: JSON; outside of strings it has none of them but line ends and spaces.
  /// - Returns: JSON.
  package static func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.isHidden && $0 != "\n" }) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      guard scalar.isHidden, scalar != "\n" else {
        result.append(scalar)
        continue
      }
      for unit in String(scalar).utf16 {
        let digits = String(unit, radix: 16)
        result.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).unicodeScalars)
      }
    }
    return String(result)
  }

  /// A string literal.
  package static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{8}": result += "\\b"
      case "\u{c}": result += "\\f"
      case "\0"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
