public import Files
public import Formats

/// What one tensor of a file holds, in a few numbers.
public struct TensorSummary: Encodable, Sendable, Equatable {
  /// Its name in the file.
  public let name: String
  /// The number type as the file calls it.
  public let dtype: String
  /// Its extents.
  public let shape: [Int]
  /// Euclidean length, of the numbers that are finite; `nil` for types that are not read.
  public let norm: Double?
  /// The largest absolute value among the finite numbers.
  public let largest: Double?
  /// The number of a tensor that has just one, if it is finite.
  public let value: Double?
  /// How many numbers are infinite or none.
  public let nonfinite: Int

  /// Reads a tensor and sums it up.
  public init(_ name: String, of file: SafetensorsFile) throws(FileError) {
    self.name = name
    shape = try file.shape(of: name)
    let type = try file.dtype(of: name)
    dtype = type.rawValue
    let sums: Sums?
    switch type {
    case .float32: sums = Sums(try file.floats(name)) { Double($0) }
    case .float64: sums = Sums(try file.doubles(name)) { $0 }
    case .int32: sums = Sums(try file.int32s(name)) { Double($0) }
    case .uint8: sums = Sums(try file.bytes(name)) { Double($0) }
    default: sums = nil
    }
    norm = sums.map { $0.squares.squareRoot() }
    largest = sums?.largest
    value = sums.flatMap { $0.count == 1 && $0.nonfinite == 0 ? $0.last : nil }
    nonfinite = sums?.nonfinite ?? 0
  }

  /// Number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// Whether training changes it by gradients, as it does not running statistics and singular vectors.
  public var isParameter: Bool {
    let part = name.split(separator: ".").last.map(String.init) ?? name
    return !["running_mean", "running_var", "u", "v", "sigma"].contains(part)
  }

  private struct Sums {
    var squares = 0.0
    var largest = 0.0
    var last = 0.0
    var nonfinite = 0
    var count: Int

    init<Element>(_ numbers: [Element], _ value: (Element) -> Double) {
      count = numbers.count
      for number in numbers {
        let x = value(number)
        guard x.isFinite else {
          nonfinite += 1
          continue
        }
        squares += x * x
        largest = max(largest, abs(x))
        last = x
      }
    }
  }
}
