/// What the header of a safetensors file says, checked against itself and the length of the data.
struct SafetensorsHeader {
  /// One tensor's place.
  struct Entry: Sendable {
    let type: SafetensorsDType
    let shape: [Int]
    let range: Range<Int>
  }

  private(set) var metadata: [String: String] = [:]
  private(set) var entries: [String: Entry] = [:]

  /// Reads a header.
  ///
  /// - Parameters:
  ///   - bytes: The JSON text with its padding.
  ///   - dataCount: How many bytes of data follow it.
  /// - Throws: What is wrong with it.
  init(_ bytes: [UInt8], dataCount: Int) throws(JSONError) {
    guard bytes.first == UInt8(ascii: "{") else { throw JSONError("its header does not begin with '{'") }
    guard String(validating: bytes, as: UTF8.self) != nil else { throw JSONError("its header is not UTF-8 text") }
    var scanner = JSONScanner(bytes)
    var hasMetadata = false
    try scanner.object { (name, scanner) throws(JSONError) in
      if name == "__metadata__" {
        guard !hasMetadata else { throw JSONError("its header holds '__metadata__' twice") }
        hasMetadata = true
        try readMetadata(&scanner)
      } else {
        let entry = try Self.entry(name, &scanner)
        guard entries.updateValue(entry, forKey: name) == nil else {
          throw JSONError("its header holds the tensor '\(name)' twice")
        }
      }
    }
    try scanner.padding()
    try checkPlaces(dataCount)
  }

  private mutating func readMetadata(_ scanner: inout JSONScanner) throws(JSONError) {
    try scanner.object { (key, scanner) throws(JSONError) in
      guard metadata.updateValue(try scanner.string(), forKey: key) == nil else {
        throw JSONError("its metadata holds '\(key)' twice")
      }
    }
  }

  private static func entry(_ name: String, _ scanner: inout JSONScanner) throws(JSONError) -> Entry {
    var type: SafetensorsDType?
    var shape: [Int]?
    var offsets: [Int]?
    try scanner.object { (key, scanner) throws(JSONError) in
      switch key {
      case "dtype" where type == nil:
        let text = try scanner.string()
        type = SafetensorsDType(rawValue: text)
        guard type != nil else { throw JSONError("its tensor '\(name)' has the unknown dtype '\(text)'") }
      case "shape" where shape == nil: shape = try scanner.integers()
      case "data_offsets" where offsets == nil: offsets = try scanner.integers()
      default: throw JSONError("its tensor '\(name)' has an unexpected or second field '\(key)'")
      }
    }
    guard let type, let shape, let offsets, offsets.count == 2 else {
      throw JSONError("its tensor '\(name)' lacks a dtype, a shape or two data_offsets")
    }
    var size = type.size
    for extent in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      guard !overflow else { throw JSONError("its tensor '\(name)' has the impossible shape \(shape)") }
      size = product
    }
    guard offsets[0] <= offsets[1], offsets[1] - offsets[0] == size else {
      throw JSONError(
        "its tensor '\(name)' of shape \(shape) and dtype \(type.rawValue) needs \(size) bytes, but its data_offsets "
          + "are \(offsets)")
    }
    return Entry(type: type, shape: shape, range: offsets[0]..<offsets[1])
  }

  /// Tensors must follow each other without hole or overlap and fill the data to its last byte.
  private func checkPlaces(_ dataCount: Int) throws(JSONError) {
    let places = entries.sorted {
      ($0.value.range.lowerBound, $0.value.range.upperBound) < ($1.value.range.lowerBound, $1.value.range.upperBound)
    }
    var end = 0
    for (name, entry) in places {
      guard entry.range.lowerBound == end else {
        let what = entry.range.lowerBound > end ? "a hole lies before" : "another tensor overlaps"
        throw JSONError("\(what) its tensor '\(name)', which begins at byte \(entry.range.lowerBound) of the data")
      }
      end = entry.range.upperBound
    }
    guard end == dataCount else {
      let what = end > dataCount ? "it is truncated" : "it has trailing bytes"
      throw JSONError("\(what): its tensors take \(end) bytes and \(dataCount) follow the header")
    }
  }
}
