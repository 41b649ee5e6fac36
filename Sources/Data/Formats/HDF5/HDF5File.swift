public import Files

/// An HDF5 file, read without a library.
///
/// The library that everyone uses ends the program on some damaged files; here what a file claims is compared with what is there.
/// What h5py writes by itself is read: groups of few names, numbers in one piece or in chunks, compressed with gzip or
/// LZF. Links, files beside the file and filters that would have to be loaded are refused; nothing is executed.
public final class HDF5File: Sendable {
  /// Where the file is.
  public var path: String { source.name }
  /// The names of the root group.
  public var names: [String] { root.names }
  private let source: ByteSource
  private let root: HDF5Group

  /// What helps where a file has a form that is not read.
  static let rewrite = "rewrite it with 'h5repack -l CONTI OLD NEW' of the HDF5 version that wrote it"

  private static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Opens a file and reads its root group.
  public init(path: String) throws(FileError) {
    let source = ByteSource(try InputFile(path: path))
    self.source = source
    root = try Self.checked(path) {
      let file = HDF5Bytes(source: source)
      return try HDF5Group(file, try HDF5Header(file, at: try Self.rootAddress(file), of: "root group"))
    }
  }

  /// A dataset of the root group.
  ///
  /// - Parameter name: Its name.
  /// - Returns: The dataset, whose type, shape and place were checked.
  /// - Throws: `FileError` when there is none, or it is none that is read.
  public func dataset(_ name: String) throws(FileError) -> HDF5Dataset {
    guard let target = root.targets[name] else {
      let found = names.isEmpty ? "none" : names.prefix(6).map(\.quoted).joined(separator: ", ")
      throw FileError(
        .malformed,
        "expected a dataset '\(name)' in '\(path)' and found \(found)\(names.count > 6 ? ", …" : ""); check what file that is"
      )
    }
    return try Self.checked(path) {
      switch target {
      case .object(let address):
        let file = HDF5Bytes(source: source)
        return try HDF5Dataset(file, try HDF5Header(file, at: address, of: name.quoted), name: name)
      case .link(let kind):
        throw FormatFault(
          "its \(name.quoted) is \(kind), which is not followed", advice: "copy what it leads to into the file")
      }
    }
  }

  /// Tells the faults of a file as errors.
  static func checked<Result>(_ path: String, _ body: () throws -> Result) throws(FileError) -> Result {
    try telling("'\(path)' is not an HDF5 file that sagan reads", body)
  }

  /// Where the root group's header is.
  private static func rootAddress(_ file: HDF5Bytes) throws -> UInt64 {
    let size = file.source.byteCount
    var fields = try file.read(0, min(size, 100), "beginning")
    guard size >= 8, try fields.take(8) == signature else {
      throw FormatFault("it does not begin as HDF5 files do", advice: "check what file that is")
    }
    let version = try fields.integer(1)
    switch version {
    case 0, 1:
      try fields.skip(4)
      try expectWide(&fields)
      try fields.skip(version == 0 ? 9 : 13)
    case 2, 3:
      try expectWide(&fields)
      try fields.skip(1)
    default: throw FormatFault("its beginning is of version \(version)", advice: rewrite)
    }
    guard try fields.number(8) == 0 else { throw FormatFault("its data begin behind something else", advice: rewrite) }
    try fields.skip(8)
    let end = try fields.number(8)
    guard end <= size else {
      throw FormatFault("it has \(grouped(size)) bytes of \(end); it is truncated")
    }
    if version < 2 {
      guard try fields.number(8) == HDF5Bytes.undefined else {
        throw FormatFault("its data lie in several files", advice: "write one file")
      }
      try fields.skip(8)
    }
    return try fields.number(8)
  }

  private static func expectWide(_ fields: inout HDF5Fields) throws(FormatFault) {
    let (addresses, lengths) = (try fields.integer(1), try fields.integer(1))
    guard addresses == 8, lengths == 8 else {
      throw FormatFault(
        "its addresses have \(addresses) bytes and its lengths \(lengths), and 8 are read", advice: rewrite)
    }
  }
}
