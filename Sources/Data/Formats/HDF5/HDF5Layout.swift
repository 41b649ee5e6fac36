internal import Files

/// Where the numbers of a dataset lie in the file.
struct HDF5Layout: Sendable {
  /// The forms that are read.
  enum Place: Sendable {
    /// In one piece.
    case contiguous(UInt64)
    /// In the header itself.
    case compact([UInt8])
    /// In blocks of equal extents.
    case chunked(HDF5Chunks)
  }

  let place: Place
  /// How many rows are best read together.
  let rowsTogether: Int

  /// Reads the message that says so.
  init(
    _ message: HDF5Fields, filters: HDF5Filters, shape: [Int], elementSize: Int, _ file: HDF5Bytes, _ name: String
  ) throws {
    var fields = message
    let (version, kind) = (try fields.integer(1), try fields.integer(1))
    let byteCount = shape.reduce(elementSize, *)
    let row = max(shape.dropFirst().reduce(elementSize, *), 1)
    guard version == 3 || version == 4 && kind < 2 else {
      throw FormatFault(
        "its \(name.quoted) is laid out in a way (version \(version)) that is not read", advice: HDF5File.rewrite)
    }
    switch kind {
    case 0:
      let count = try fields.integer(2)
      guard count == byteCount else {
        throw FormatFault("its \(name.quoted) of \(shape) has \(count) bytes and needs \(grouped(byteCount))")
      }
      place = .compact(try fields.take(count))
      rowsTogether = shape.first ?? 1
    case 1:
      let address = try fields.number(8)
      let count = try fields.length()
      guard address != HDF5Bytes.undefined || byteCount == 0 else {
        throw FormatFault("nothing was written into its \(name.quoted)", advice: "write it again")
      }
      guard count == byteCount else {
        throw FormatFault("its \(name.quoted) of \(shape) has \(grouped(count)) bytes and needs \(grouped(byteCount))")
      }
      let size = file.source.byteCount
      guard byteCount == 0 || byteCount <= size && address <= size - byteCount else {
        throw FormatFault(
          "its \(name.quoted) of \(grouped(byteCount)) bytes does not lie in the file of \(grouped(size))")
      }
      place = .contiguous(address)
      rowsTogether = max(1, (1 << 20) / row)
    case 2:
      let chunks = try HDF5Chunks(
        &fields, filters: filters, shape: shape, elementSize: elementSize, file, name)
      place = .chunked(chunks)
      rowsTogether = chunks.extents[0]
    default:
      throw FormatFault("the data of its \(name.quoted) lie elsewhere", advice: "write them into one file")
    }
  }
}
