package import Files

/// An event file that was written before, to be taken back to an earlier step.
public enum TensorBoardFile {
  /// What TensorBoard looks for in names of files.
  public static let namePrefix = "events.out.tfevents."

  /// What was found when a file was taken back.
  package enum Outcome: Equatable {
    /// The file holds no step that should go, or has lost those.
    case ended
    /// Another program wrote it: nothing was changed.
    case foreign
    /// It is damaged at an offset in bytes, which no kill does: nothing was changed.
    case damaged(at: Int)
  }

  /// Removes the events after `step` of a file that this program wrote, and a last record that was cut off.
  ///
  /// - Parameters:
  ///   - name: The file; its events are in the order of steps.
  ///   - folder: Where it is.
  ///   - step: The last step whose events stay.
  /// - Returns: What was found.
  /// - Throws: `FileError` if the file cannot be read or changed.
  package static func takeBack(_ name: String, in folder: Folder, to step: Int) throws(FileError) -> Outcome {
    let file = try InputFile(path: folder.path(of: name))
    var (offset, end, records) = (0, 0, 0)
    while offset < file.byteCount {
      let record: Record
      switch try Self.record(of: file, at: offset) {
      case .torn where records == 0: return .foreign
      case .torn:
        if end < file.byteCount { try AppendedFile(name, in: folder).cut(to: end) }
        return .ended
      case .damaged: return .damaged(at: offset)
      case .whole(let found): record = found
      }
      // A start of this program writes the version and then that a session starts, which hardly any other program does.
      if records == 1, !record.isSessionStart { return .foreign }
      records += 1
      if record.step <= step, end == offset { end = record.end }
      offset = record.end
    }
    if end < file.byteCount { try AppendedFile(name, in: folder).cut(to: end) }
    return .ended
  }

  /// The first step that a start of this program made, and when it began, in seconds since 1970.
  ///
  /// - Parameter path: A file.
  /// - Returns: `nil` where another program wrote the file, or its beginning is not whole.
  /// - Throws: `FileError` if it cannot be read.
  package static func sessionStart(of path: String) throws(FileError) -> (step: Int, time: Double)? {
    let file = try InputFile(path: path)
    guard case .whole(let version) = try record(of: file, at: 0, longest: 4096),
      case .whole(let start) = try record(of: file, at: version.end, longest: 4096), start.isSessionStart
    else { return nil }
    return (start.step, start.time)
  }

  private struct Record {
    let step: Int
    let time: Double
    let isSessionStart: Bool
    let end: Int
  }

  private enum Reading {
    case whole(Record)
    case torn
    case damaged
  }

  /// The record at an offset.
  private static func record(
    of file: InputFile, at offset: Int, longest: Int = longest
  ) throws(FileError) -> Reading {
    let rest = file.byteCount - offset
    guard rest >= TFRecord.headerBytes else { return .torn }
    let header = try file.elements(of: UInt8.self, count: TFRecord.headerBytes, at: offset)
    guard let length = TFRecord.contentLength(header: header) else {
      // A power cut can leave zeros in place of what was written last.
      return try isZero(file, from: offset) ? .torn : .damaged
    }
    guard length <= rest - TFRecord.headerBytes - TFRecord.footerBytes else { return .torn }
    // A record whose content the disk has lost is damaged, and one longer than any of this program is of another.
    guard length <= longest else { return .damaged }
    let record = try file.elements(
      of: UInt8.self, count: length + TFRecord.footerBytes, at: offset + TFRecord.headerBytes)
    let content = Array(record[..<length])
    guard TFRecord.footer(of: content) == Array(record[length...]) else {
      return try isZero(file, from: offset + TFRecord.headerBytes + length) ? .torn : .damaged
    }
    let fields = TensorBoardEvent.Head(content)
    return .whole(
      Record(
        step: fields.step, time: fields.time, isSessionStart: fields.isSessionStart,
        end: offset + TFRecord.headerBytes + length + TFRecord.footerBytes))
  }

  /// Whether nothing but zeros follows.
  private static func isZero(_ file: InputFile, from offset: Int) throws(FileError) -> Bool {
    var lines = LineReader(file, from: offset, limit: 1 << 20)
    guard let line = try lines.next() else { return true }
    return !line.isEnded && line.bytes.allSatisfy { $0 == 0 }
  }

  /// Bytes of the longest record, a picture, that this program writes.
  private static let longest = 1 << 30
}

extension TensorBoardEvent {
  /// The fields that the program's events begin with: the time, the step unless it is 0, and what the event is.
  fileprivate struct Head {
    private(set) var step = 0
    private(set) var time = 0.0
    private(set) var isSessionStart = false

    /// Reads an encoded event; one that begins otherwise has step 0.
    init(_ content: [UInt8]) {
      // A tag is the number of a field and, in its last three bits, how it is encoded.
      var rest = content.dropFirst(9)
      guard content.first == 1 << 3 | 1 else { return }
      let bits = content[1..<min(9, content.count)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      time = Double(bitPattern: bits)
      if rest.first == 2 << 3 {
        rest = rest.dropFirst()
        var (number, shift) = (UInt64(0), UInt64(0))
        while let byte = rest.popFirst(), shift < 64 {
          number |= UInt64(byte & 0x7F) << shift
          shift += 7
          if byte & 0x80 == 0 { break }
        }
        step = Int(clamping: number)
      }
      isSessionStart = rest.first == 7 << 3 | 2
    }
  }
}
