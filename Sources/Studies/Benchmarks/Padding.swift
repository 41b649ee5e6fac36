extension String {
  /// The text with spaces behind it.
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(width - count, 0)) }

  /// The text with spaces before it.
  func leading(_ width: Int) -> String { String(repeating: " ", count: max(width - count, 0)) + self }
}
