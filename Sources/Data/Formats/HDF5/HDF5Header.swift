internal import Files

/// The messages of an object header: what is known about a group or a dataset (HDF5 file format 3.0, section IV.A).
struct HDF5Header {
  /// One piece of what is known.
  struct Message {
    let kind: Int
    /// Whether the content is that of another object.
    let isShared: Bool
    let content: [UInt8]
  }

  /// Kinds of messages.
  enum Kind {
    static let (dataspace, linkInfo, datatype, link, external, layout, filters, continuation, symbolTable) = (
      0x01, 0x02, 0x03, 0x06, 0x07, 0x08, 0x0B, 0x10, 0x11
    )
  }

  /// The most bytes that the messages of one object may have, and the most pieces that they may lie in.
  private static let (byteLimit, pieceLimit) = (1 << 20, 64)

  private(set) var messages: [Message] = []
  private let file: HDF5Bytes
  private let what: String
  private var byteCount = 0
  /// Where more messages are.
  private var pieces: [(address: UInt64, count: Int)] = []

  /// Reads the header at an address.
  init(_ file: HDF5Bytes, at address: UInt64, of what: String) throws {
    (self.file, self.what) = (file, "header of \(what)")
    let isNew = try file.read(address, 4, self.what).bytes == Array("OHDR".utf8)
    if isNew { try readNew(address) } else { try readOld(address) }
  }

  /// The only message of a kind; `nil` where there is none.
  func only(_ kind: Int) throws(FormatFault) -> HDF5Fields? {
    let found = messages.filter { $0.kind == kind }
    guard let first = found.first else { return nil }
    guard found.count == 1 else { throw FormatFault("its \(what) has two messages of kind \(kind)") }
    guard !first.isShared else {
      throw FormatFault("its \(what) shares a message of another object", advice: HDF5File.rewrite)
    }
    return HDF5Fields(first.content, what)
  }

  private mutating func readOld(_ address: UInt64) throws {
    var prefix = try file.read(address, 16, what)
    let version = try prefix.integer(1)
    guard version == 1 else { throw FormatFault("its \(what) is of version \(version)") }
    try prefix.skip(7)
    let count = try prefix.integer(4)
    try add(address + 16, count)
    try readPieces { (piece: HDF5Fields, header: inout HDF5Header) in
      var piece = piece
      while piece.left >= 8 {
        let (kind, size, flags) = (try piece.integer(2), try piece.integer(2), try piece.integer(1))
        try piece.skip(3)
        try header.add(kind, flags, try piece.take(size))
      }
    }
  }

  private mutating func readNew(_ address: UInt64) throws {
    var prefix = try file.read(address, min(34, file.source.byteCount - Int(address)), what)
    try prefix.expect("OHDR")
    let version = try prefix.integer(1)
    guard version == 2 else { throw FormatFault("its \(what) is of version \(version)") }
    let flags = try prefix.integer(1)
    try prefix.skip((flags & 0x20 == 0 ? 0 : 16) + (flags & 0x10 == 0 ? 0 : 4))
    let size = try prefix.number(1 << (flags & 3))
    guard size <= Self.byteLimit else { throw FormatFault("its \(what) would have \(size) bytes") }
    try add(address + UInt64(prefix.position), Int(size))
    let orderSize = flags & 4 == 0 ? 0 : 2
    try readPieces { (piece: HDF5Fields, header: inout HDF5Header) in
      var piece = piece
      // Pieces but the first have a mark of their own, and a checksum that is not compared.
      if header.pieceCount > 1 {
        try piece.expect("OCHK")
        piece = HDF5Fields(try piece.take(max(piece.left - 4, 0)), header.what)
      }
      // Less than a message may be left over.
      while piece.left >= 4 + orderSize {
        let (kind, size, flags) = (try piece.integer(1), try piece.integer(2), try piece.integer(1))
        try piece.skip(orderSize)
        try header.add(kind, flags, try piece.take(size))
      }
    }
  }

  /// How many pieces were begun.
  private var pieceCount = 0

  private mutating func readPieces(
    _ read: (_ piece: HDF5Fields, _ header: inout HDF5Header) throws -> Void
  ) throws {
    while pieceCount < pieces.count {
      let piece = pieces[pieceCount]
      pieceCount += 1
      try read(try file.read(piece.address, piece.count, what), &self)
    }
  }

  /// Takes in where messages are.
  private mutating func add(_ address: UInt64, _ count: Int) throws(FormatFault) {
    let (sum, overflow) = byteCount.addingReportingOverflow(count)
    guard count >= 0, !overflow, sum <= Self.byteLimit, pieces.count < Self.pieceLimit else {
      throw FormatFault("its \(what) would have more than \(mebibytes(Self.byteLimit)) MiB")
    }
    byteCount = sum
    pieces.append((address, count))
  }

  private mutating func add(_ kind: Int, _ flags: Int, _ content: [UInt8]) throws(FormatFault) {
    guard kind == Kind.continuation else {
      return messages.append(Message(kind: kind, isShared: flags & 2 != 0, content: content))
    }
    var fields = HDF5Fields(content, what)
    let address = try fields.number(8)
    try add(address, try fields.length())
  }
}
