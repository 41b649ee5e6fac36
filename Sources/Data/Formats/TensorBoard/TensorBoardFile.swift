public import Files

/// An event file that was written before, to be taken back to an earlier step.
public enum TensorBoardFile {
  /// What TensorBoard looks for in names of files.
  public static let namePrefix = "events.out.tfevents."

  /// Removes a record that was cut off, and the events after `step`; the file itself where nothing is left to show.
  ///
  /// - Parameters:
  ///   - path: Where the file is; its events are in the order of steps.
  ///   - step: The last step whose events stay.
  /// - Throws: `FileError` if the file cannot be read or changed.
  public static func takeBack(_ path: String, to step: Int) throws(FileError) {
    let file = try InputFile(path: path)
    var (end, records) = (0, 0)
    while let record = try record(of: file, at: end), record.step <= step {
      end = record.end
      records += 1
    }
    // A single record is the version that every file starts with.
    if records <= 1 {
      try Directory.remove(path)
    } else if end < file.byteCount {
      try AppendedFile(path: path).cut(to: end)
    }
  }

  /// The step of the record at an offset, and the next record's offset; `nil` where there is no whole record.
  private static func record(of file: InputFile, at offset: Int) throws(FileError) -> (step: Int, end: Int)? {
    let rest = file.byteCount - offset
    guard rest >= TFRecord.headerBytes + TFRecord.footerBytes else { return nil }
    let header = try file.elements(of: UInt8.self, count: TFRecord.headerBytes, at: offset)
    guard let length = TFRecord.contentLength(header: header),
      length <= rest - TFRecord.headerBytes - TFRecord.footerBytes
    else { return nil }
    let content = offset + TFRecord.headerBytes
    let start = try file.elements(of: UInt8.self, count: min(length, TensorBoardEvent.stepBytes), at: content)
    return (TensorBoardEvent.step(start), content + length + TFRecord.footerBytes)
  }
}

extension TensorBoardEvent {
  /// How many leading bytes of an event tell its step: the time, a field's number, and a whole number.
  fileprivate static let stepBytes = 9 + 1 + 10

  /// The step of an event that `record` has encoded.
  fileprivate static func step(_ start: [UInt8]) -> Int {
    guard start.count > 10, start[9] == 2 << 3 else { return 0 }
    var (step, shift) = (UInt64(0), UInt64(0))
    for byte in start[10...] {
      step |= UInt64(byte & 0x7F) << shift
      shift += 7
      if byte & 0x80 == 0 { break }
    }
    return Int(clamping: step)
  }
}
