internal import Foundation

/// A number with so many digits after the point.
func fixed(_ number: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", number) }

extension String {
  /// The text with spaces behind it.
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(width - count, 0)) }

  /// The text with spaces before it.
  func leading(_ width: Int) -> String { String(repeating: " ", count: max(width - count, 0)) + self }
}

/// Results for programs.
enum JSONText {
  /// One line, keys sorted and in snake case.
  static func of(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    do {
      return String(decoding: try encoder.encode(value), as: UTF8.self)
    } catch {
      preconditionFailure("numbers and texts are always JSON: \(error)")
    }
  }
}
