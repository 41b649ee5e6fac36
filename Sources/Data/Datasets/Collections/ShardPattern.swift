internal import Files

/// The names of files that differ by a number, as in `photos-{000..099}.tar`.
enum ShardPattern {
  /// The most files.
  private static let limit = 100_000

  /// All paths.
  ///
  /// - Parameter pattern: A path with at most one range; its numbers have as many digits as the first is written with.
  /// - Returns: The paths in the order of the numbers.
  /// - Throws: `DatasetError` for a range that is none.
  static func paths(_ pattern: String) throws(DatasetError) -> [String] {
    guard let open = pattern.firstIndex(of: "{"), let close = pattern[open...].firstIndex(of: "}") else {
      return [pattern]
    }
    let numbers = pattern[pattern.index(after: open)..<close].split(separator: ".", omittingEmptySubsequences: false)
    let end = pattern[pattern.index(after: close)...]
    guard numbers.count == 3, numbers[1].isEmpty, let first = number(numbers[0]), let last = number(numbers[2]),
      first <= last, last - first < limit, !end.contains("{")
    else {
      throw DatasetError(
        .usage,
        "expected one range such as {000..099} of at most \(grouped(limit)) files and found '\(pattern)'; write it in quotes, "
          + "as some shells expand it")
    }
    let width = numbers[0].count
    return (first...last).map { number in
      let digits = String(number)
      return pattern[..<open] + String(repeating: "0", count: max(0, width - digits.count)) + digits + end
    }
  }

  private static func number(_ text: Substring) -> Int? {
    let isNumber = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } && text.utf8.count <= 9
    return isNumber ? Int(text) : nil
  }
}
