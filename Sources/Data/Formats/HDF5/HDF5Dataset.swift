public import Files

/// Whole numbers of some shape in an HDF5 file; they are read when they are asked for.
public struct HDF5Dataset: Sendable {
  /// What error messages call it.
  public let name: String
  /// The extents.
  public let shape: [Int]
  /// Bytes of a number.
  public let elementSize: Int
  /// Whether numbers may be negative.
  public let isSigned: Bool
  let isBigEndian: Bool
  let layout: HDF5Layout
  let file: HDF5Bytes

  /// Reads what a header says about numbers.
  init(_ file: HDF5Bytes, _ header: HDF5Header, name: String) throws {
    self.file = file
    self.name = "'\(name)' in '\(file.source.name)'"
    guard var space = try header.only(HDF5Header.Kind.dataspace), var type = try header.only(HDF5Header.Kind.datatype),
      let layout = try header.only(HDF5Header.Kind.layout)
    else { throw FormatFault("its \(name.quoted) is no dataset", advice: "check what file that is") }
    guard try header.only(HDF5Header.Kind.external) == nil else {
      throw FormatFault(
        "the data of its \(name.quoted) lie in other files, which are not opened", advice: "write them into one file")
    }
    shape = try Self.shape(&space, name)
    (elementSize, isSigned, isBigEndian) = try Self.type(&type, name)
    var size = elementSize
    for extent in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: max(extent, 1))
      guard !overflow, product < 1 << 58 else {
        throw FormatFault("the shape \(shape) of its \(name.quoted) is impossible")
      }
      size = product
    }
    self.layout = try HDF5Layout(
      layout, filters: try HDF5Filters(try header.only(HDF5Header.Kind.filters), name), shape: shape,
      elementSize: elementSize, file, name)
  }

  private static func shape(_ fields: inout HDF5Fields, _ name: String) throws(FormatFault) -> [Int] {
    let (version, rank) = (try fields.integer(1), try fields.integer(1))
    switch version {
    case 1: try fields.skip(6)
    case 2:
      try fields.skip(1)
      guard try fields.integer(1) != 2 else { throw FormatFault("its \(name.quoted) is empty") }
    default: throw FormatFault("the shape of its \(name.quoted) is of version \(version)", advice: HDF5File.rewrite)
    }
    guard rank <= 8 else { throw FormatFault("its \(name.quoted) has \(rank) axes", advice: "check what file that is") }
    var result: [Int] = []
    for _ in 0..<rank { result.append(try fields.length()) }
    return result
  }

  private static func type(
    _ fields: inout HDF5Fields, _ name: String
  ) throws(FormatFault) -> (size: Int, isSigned: Bool, isBigEndian: Bool) {
    let (kind, bits) = (try fields.integer(1) & 15, try fields.integer(1))
    try fields.skip(2)
    let size = try fields.integer(4)
    let kinds = [
      1: "numbers with a fraction", 2: "times", 3: "texts", 4: "bits", 5: "opaque bytes", 6: "records", 7: "references",
      8: "an enumeration", 9: "lists", 10: "arrays",
    ]
    guard kind == 0 else {
      throw FormatFault(
        "its \(name.quoted) holds \(kinds[kind] ?? "something unknown") and not whole numbers",
        advice: "write images as bytes (uint8) and labels as whole numbers")
    }
    let (offset, precision) = (try fields.integer(2), try fields.integer(2))
    guard [1, 2, 4, 8].contains(size), offset == 0, precision == 8 * size else {
      throw FormatFault("its \(name.quoted) holds numbers of \(precision) bits in \(size) bytes")
    }
    return (size, bits & 8 != 0, bits & 1 != 0)
  }

  /// How messages call the type, as NumPy does.
  public var typeName: String { (isSigned ? "int" : "uint") + "\(8 * elementSize)" }

  /// Bytes of all numbers that share a first index.
  public var rowByteCount: Int { shape.dropFirst().reduce(elementSize, *) }

  /// How many rows lie together, and are best read together.
  public var rowsTogether: Int { layout.rowsTogether }

  /// A reader of rows, for one thread.
  public func reader() throws(FileError) -> HDF5RowReader { try HDF5RowReader(self) }

  /// All numbers.
  public func integers() throws(FileError) -> [Int] {
    // The bytes, the numbers, and what becomes of them: classes of four bytes.
    try expectMemory(shape.reduce(8 + elementSize + 4, *), for: name)
    guard !shape.isEmpty, !shape.contains(0) else { return [] }
    let reader = try reader()
    var result: [Int] = []
    result.reserveCapacity(shape.reduce(1, *))
    for row in 0..<shape[0] {
      let bytes = try reader.row(row)
      for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: elementSize) {
        let element = bytes[start..<start + elementSize]
        let value =
          isBigEndian
          ? element.reduce(0) { $0 << 8 | UInt64($1) } : element.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        let places = UInt64(64 - 8 * elementSize)
        if isSigned {
          result.append(Int(Int64(bitPattern: value << places) >> Int64(places)))
        } else {
          result.append(Int(clamping: value))
        }
      }
    }
    return result
  }
}
