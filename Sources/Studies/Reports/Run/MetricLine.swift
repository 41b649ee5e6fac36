internal import Files

#if canImport(Glibc)
  internal import Glibc
#endif

/// Reads lines of metrics, flat JSON objects, into numbers of known series.
///
/// Lines that this program wrote are read in place: there can be millions of them, of hundreds of numbers each. Any other
/// line goes to a library.
package struct MetricLine {
  /// The most series that are kept, and the most bytes of a name: a foreign file may have a new name in each line.
  private static let (largestCount, largestName) = (2000, 256)

  /// The names of the series, in the order in which they came.
  package private(set) var names: [String] = []
  /// How many numbers were left out because there were too many names.
  private(set) var omitted = 0
  /// Of the line that was read last: its step, and series with their values; not a number where the line has none.
  package private(set) var step = 0
  package private(set) var values: [(series: Int, value: Double)] = []

  private var series: [String: Int] = [:]
  private var keys: [[UInt8]] = []
  /// The series of the line before: names come in the same order nearly always.
  private var expected: [Int] = []

  /// Reads a line.
  ///
  /// - Parameter line: Its bytes.
  /// - Returns: Whether it is a line of metrics.
  package mutating func read(_ line: [UInt8]) -> Bool {
    expected.removeAll(keepingCapacity: true)
    for value in values { expected.append(value.series) }
    values.removeAll(keepingCapacity: true)
    foundStep = nil
    let isOwn = line.withUnsafeBufferPointer { readOwn($0) }
    if !isOwn {
      values.removeAll(keepingCapacity: true)
      foundStep = nil
      guard readOther(line) else { return false }
    }
    guard let number = foundStep, number >= 0, number <= 1e9, number == number.rounded() else { return false }
    step = Int(number)
    return true
  }

  private var foundStep: Double?

  /// A reader that has seen nothing.
  package init() {}

  /// A line as `MetricsLog` writes it: no spaces, no escapes, numbers or null.
  private mutating func readOwn(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    var end = line.count
    if end > 0, line[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    guard end > 2, line[0] == UInt8(ascii: "{"), line[end - 1] == UInt8(ascii: "}") else { return false }
    var place = 1
    while place < end {
      guard line[place] == UInt8(ascii: "\"") else { return false }
      let start = place + 1
      place = start
      while place < end, line[place] != UInt8(ascii: "\"") {
        guard line[place] >= 0x20, line[place] != UInt8(ascii: "\\") else { return false }
        place += 1
      }
      let key = UnsafeBufferPointer(rebasing: line[start..<min(place, end)])
      guard place + 2 < end, line[place + 1] == UInt8(ascii: ":") else { return false }
      let digits = place + 2
      place = digits
      while place < end - 1, line[place] != UInt8(ascii: ",") { place += 1 }
      guard let value = Self.number(UnsafeBufferPointer(rebasing: line[digits..<place])), take(key, value) else {
        return false
      }
      place += 1
    }
    return true
  }

  /// A JSON number, or not a number for null; `nil` for anything else.
  private static func number(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
    if text.elementsEqual("null".utf8) { return .nan }
    guard let first = text.first, first == UInt8(ascii: "-") || (0x30...0x39).contains(first), text.count < 48 else {
      return nil
    }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 48) { copy in
      for (index, byte) in text.enumerated() {
        switch byte {
        case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
          copy[index] = CChar(bitPattern: byte)
        default: return nil
        }
      }
      copy[text.count] = 0
      guard let start = copy.baseAddress else { return nil }
      var end: UnsafeMutablePointer<CChar>?
      let value = strtod(start, &end)
      return end == start + text.count ? value : nil
    }
  }

  /// Notes a number; whether its name is text.
  private mutating func take(_ key: UnsafeBufferPointer<UInt8>, _ value: Double) -> Bool {
    let place = values.count
    if place < expected.count, keys[expected[place]].elementsEqual(key) {
      values.append((expected[place], value))
      return true
    }
    guard let name = String(validating: key, as: UTF8.self) else { return false }
    take(name, value)
    return true
  }

  private mutating func take(_ name: String, _ value: Double) {
    if name == "step" {
      foundStep = value
    } else if let known = series[name] {
      values.append((known, value))
    } else if names.count < Self.largestCount, name.utf8.count <= Self.largestName {
      series[name] = names.count
      values.append((names.count, value))
      names.append(name)
      keys.append(Array(name.utf8))
    } else {
      omitted += 1
    }
  }

  private enum NoKey: CodingKey {}

  /// A number in a line that another program wrote; `nil` for a value of another kind.
  private struct Loose: Decodable {
    let value: Double?

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        value = .nan
      } else if (try? container.decode(String.self)) != nil || (try? container.decode(Bool.self)) != nil {
        value = nil
      } else if (try? decoder.unkeyedContainer()) != nil || (try? decoder.container(keyedBy: NoKey.self)) != nil {
        value = nil
      } else {
        value = try container.decode(Double.self)
      }
    }
  }

  private mutating func readOther(_ line: [UInt8]) -> Bool {
    guard let numbers = try? JSONText.decode([String: Loose].self, from: line) else { return false }
    for (name, number) in numbers.sorted(by: { $0.key < $1.key }) {
      if let value = number.value { take(name, value) }
    }
    return true
  }
}
