/// What the header of an `.npy` file says: a dictionary in Python's notation, of which only this form is read.
///
/// Format versions 1.0 to 3.0 of numpy.lib.format.
struct NPYHeader {
  let type: NPYType
  /// Whether the most significant byte comes first.
  let isBigEndian: Bool
  /// Whether the first axis is the fastest.
  let isFortran: Bool
  let shape: [Int]
  /// Bytes before the first element.
  let byteCount: Int

  /// How much of a file decides how long its header is.
  static let prefixCount = 12
  private static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]
  private static let limit = 1 << 16

  /// Elements.
  var count: Int { shape.reduce(1, *) }

  /// The bytes that a header takes, from the first ones of a file.
  static func byteCount(_ prefix: [UInt8]) throws(FormatFault) -> Int {
    guard prefix.count >= 10, prefix.starts(with: magic) else {
      throw FormatFault("it does not begin as a file of numpy.save")
    }
    guard (1...3).contains(prefix[6]), prefix[7] == 0 else {
      throw FormatFault("it is of version \(prefix[6]).\(prefix[7]) of the format, and 1.0 to 3.0 are known")
    }
    let isShort = prefix[6] == 1
    guard isShort || prefix.count >= 12 else { throw FormatFault("it ends within its header; it is truncated") }
    let fields = LittleEndian(prefix)
    let count = (isShort ? 10 : 12) + (isShort ? fields.short(8) : fields.word(8))
    guard count <= limit else { throw FormatFault("its header would have \(count) bytes") }
    return count
  }

  /// Reads a header from its bytes.
  init(_ bytes: [UInt8]) throws(FormatFault) {
    byteCount = bytes.count
    var scanner = PythonScanner(bytes[(bytes[6] == 1 ? 10 : 12)...])
    var (description, order, extents): (String?, Bool?, [Int]?)
    try scanner.expect("{")
    while !scanner.accept("}") {
      let key = try scanner.string()
      try scanner.expect(":")
      switch key {
      case "descr" where description == nil: description = try scanner.string()
      case "fortran_order" where order == nil: order = try scanner.bool()
      case "shape" where extents == nil: extents = try scanner.integers()
      default: throw FormatFault("its header has an unexpected or second field \(key.quoted)")
      }
      if !scanner.accept(",") {
        try scanner.expect("}")
        break
      }
    }
    try scanner.end()
    guard let description, let order, let extents else {
      throw FormatFault("its header lacks 'descr', 'fortran_order' or 'shape'")
    }
    guard let mark = description.first, "<>|=".contains(mark),
      let type = NPYType(rawValue: String(description.dropFirst()))
    else {
      let isObject = description.contains("O")
      throw FormatFault(
        isObject
          ? "it holds Python objects, which would have to be run" : "it holds elements of type \(description.quoted)",
        advice: "save numbers, for instance with array.astype('float64'), or 'int64' for whole ones")
    }
    guard mark != "|" || type.size == 1 else {
      throw FormatFault("its type \(description.quoted) does not say which byte comes first")
    }
    var size = type.size
    for extent in extents {
      let (product, overflow) = size.multipliedReportingOverflow(by: max(extent, 1))
      guard !overflow, product < 1 << 60 else { throw FormatFault("its shape \(extents) is impossible") }
      size = product
    }
    (self.type, shape, isFortran) = (type, extents, order)
    isBigEndian = mark == ">"
  }

  /// The text of a header for numbers with the last axis fastest, as NumPy writes it.
  static func text(_ type: NPYType, shape: [Int]) -> [UInt8] {
    let mark = type.size == 1 ? "|" : "<"
    let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    let text = "{'descr': '\(mark)\(type.rawValue)', 'fortran_order': False, 'shape': (\(extents)), }"
    // All of it is a multiple of 64 bytes and ends a line.
    let count = (10 + text.utf8.count + 1 + 63) / 64 * 64 - 10
    let padding = [UInt8](repeating: UInt8(ascii: " "), count: count - text.utf8.count - 1)
    return magic + [1, 0, UInt8(count & 0xFF), UInt8(count >> 8)] + Array(text.utf8) + padding + [UInt8(ascii: "\n")]
  }
}
