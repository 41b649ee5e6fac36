internal import Files

/// The classes that images of files may have.
public enum ClassLabel {
  /// Labels are below this: no data set has as many classes, and memory is taken for each.
  public static let limit = 1_000_000

  /// What error messages call the numbers.
  public static let range = "0 to \(grouped(limit - 1))"

  /// The label that a number is; `nil` where it is out of bounds.
  public static func label(_ number: Int) -> Int32? { (0..<limit).contains(number) ? Int32(number) : nil }

  /// Makes labels of numbers.
  ///
  /// - Parameters:
  ///   - numbers: What a file has.
  ///   - name: What error messages call the list.
  /// - Returns: As many labels.
  /// - Throws: `FileError` for a number that is none.
  static func labels(_ numbers: [Int], of name: String) throws(FileError) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(numbers.count)
    for (place, number) in numbers.enumerated() {
      guard let label = label(number) else {
        throw FileError(
          .malformed,
          "expected labels from \(range) in \(name) and found \(number) at [\(place)]; write the labels of these images"
        )
      }
      result.append(label)
    }
    return result
  }
}
