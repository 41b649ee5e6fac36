internal import Files

/// What is wrong with a file, as a clause about it, and what to do.
struct FormatFault: Error {
  let clause: String
  let advice: String

  init(_ clause: String, advice: String = "use another copy of it") {
    self.clause = clause
    self.advice = advice
  }
}

/// Tells the faults of a file as errors.
///
/// - Parameters:
///   - claim: What is wrong, for instance `'x.tar' is not a tar file that sagan reads`; the fault says why.
///   - advice: What to do; the fault's own advice where `nil`.
///   - body: Reads the file; it throws `FormatFault` and `FileError` alone.
/// - Returns: What `body` returns.
/// - Throws: `FileError`.
func telling<Result>(_ claim: String, advice: String? = nil, _ body: () throws -> Result) throws(FileError) -> Result {
  do {
    return try body()
  } catch let fault as FormatFault {
    throw FileError(.malformed, "\(claim): \(fault.clause); \(advice ?? fault.advice)")
  } catch let error as FileError {
    throw error
  } catch {
    preconditionFailure("reading a file threw \(error)")
  }
}

extension String {
  /// Foreign text between quotes, short enough for a sentence.
  var quoted: String { utf8.count > 120 ? "'\(prefix(100).description.shown)…'" : "'\(shown)'" }
}

/// Bytes that can be read at any place: a file, or memory.
struct ByteSource: Sendable {
  private enum Place {
    case file(InputFile)
    case memory([UInt8])
  }

  /// What error messages call it.
  let name: String
  let byteCount: Int
  private let place: Place

  /// A file.
  init(_ file: InputFile) {
    name = file.path
    byteCount = file.byteCount
    place = .file(file)
  }

  /// Bytes in memory.
  init(_ bytes: [UInt8], name: String) {
    self.name = name
    byteCount = bytes.count
    place = .memory(bytes)
  }

  /// Fills memory with the bytes from `offset` on.
  func read(into memory: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) {
    switch place {
    case .file(let file): try file.read(into: memory, at: offset)
    case .memory(let bytes):
      precondition(
        offset >= 0 && memory.count <= bytes.count - offset, "\(memory.count) of \(bytes.count) bytes from \(offset) on"
      )
      bytes.withUnsafeBytes {
        memory.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + memory.count]))
      }
    }
  }

  /// A copy of some of the bytes, which must be there.
  func bytes(_ range: Range<Int>) throws(FileError) -> [UInt8] {
    try filled(range.count) { (memory: UnsafeMutableRawBufferPointer) throws(FileError) in
      try read(into: memory, at: range.lowerBound)
    }
  }

  /// SHA-256 of all bytes, in hexadecimal digits.
  func sha256() throws(FileError) -> String {
    var hash = SHA256()
    var offset = 0
    while offset < byteCount {
      let part = try bytes(offset..<min(offset + 1 << 20, byteCount))
      hash.update(part)
      offset += part.count
    }
    return hash.hexadecimal
  }
}

/// An array whose memory is filled by something that may fail.
///
/// - Parameters:
///   - count: Elements.
///   - fill: Fills the memory of all of them.
/// - Returns: The array.
/// - Throws: What `fill` throws.
func filled<Element: BitwiseCopyable>(
  _ count: Int, _ fill: (_ memory: UnsafeMutableRawBufferPointer) throws(FileError) -> Void
) throws(FileError) -> [Element] {
  var failure: FileError?
  let result = [Element](unsafeUninitializedCapacity: count) { buffer, initializedCount in
    do throws(FileError) {
      try fill(
        UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count * MemoryLayout<Element>.stride))
      initializedCount = count
    } catch {
      failure = error
    }
  }
  if let failure { throw failure }
  return result
}

/// Where the elements of an array lie, in elements from the first, the last axis fastest.
func elementOffsets(_ shape: [Int], _ strides: [Int]) -> [Int] {
  guard !shape.contains(0) else { return [] }
  var result = [0]
  for (extent, stride) in zip(shape, strides) where extent > 1 {
    var next: [Int] = []
    next.reserveCapacity(result.count * extent)
    for start in result {
      for index in 0..<extent { next.append(start + index * stride) }
    }
    result = next
  }
  return result
}

/// Refuses what does not fit into memory; asked only for what is large.
///
/// - Parameters:
///   - byteCount: What will be asked for.
///   - what: What it is for, with its file.
/// - Throws: `FileError` of kind `malformed`.
func expectMemory(_ byteCount: Int, for what: String) throws(FileError) {
  guard byteCount > 1 << 26, let available = AvailableMemory().byteCount, byteCount > available else { return }
  throw FileError(
    .malformed,
    "\(what) takes \(mebibytes(byteCount)) MiB, and \(mebibytes(available)) MiB of memory are available; use a smaller "
      + "file or a larger machine")
}

/// Numbers in a row of bytes, least significant byte first.
struct LittleEndian {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The number of `count` bytes at an offset; one of eight must be below 2⁶³.
  func number(_ offset: Int, _ count: Int) -> Int? {
    let value = (0..<count).reduce(UInt64(0)) { $0 | UInt64(bytes[offset + $1]) << (8 * UInt64($1)) }
    return Int(exactly: value)
  }

  /// The number of two bytes.
  func short(_ offset: Int) -> Int { Int(bytes[offset]) | Int(bytes[offset + 1]) << 8 }

  /// The number of four bytes.
  func word(_ offset: Int) -> Int { short(offset) | short(offset + 2) << 16 }
}
