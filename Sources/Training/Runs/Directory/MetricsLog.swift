public import Files
internal import Foundation

/// The file `metrics.jsonl`: one flat object a line, what is deterministic first and times last.
public final class MetricsLog {
  /// A number with its name.
  public typealias Metric = (name: String, value: Double)

  private let file: AppendedFile

  /// Opens the log to continue it.
  ///
  /// Lines that do not stay are removed, and one that was cut off.
  ///
  /// - Parameters:
  ///   - path: Where the file is or shall be.
  ///   - stays: Whether the line of a step is one of this run.
  /// - Throws: `FileError` if the file cannot be read or written.
  public init(path: String, keeping stays: (Int) -> Bool = { _ in true }) throws(FileError) {
    if FileManager.default.fileExists(atPath: path) {
      let bytes = try InputFile.bytes(of: path)
      let kept = Self.lines(bytes, where: stays)
      if kept.count < bytes.count { try OutputFile.write(kept, to: path) }
    }
    file = try AppendedFile(path: path)
  }

  /// Appends the line of a step.
  ///
  /// - Parameters:
  ///   - step: The step, counted from 1.
  ///   - results: Numbers that depend on configuration and seed alone.
  ///   - times: Numbers that differ from run to run; each name is preceded by `time/`.
  /// - Throws: `FileError` when the disk is full, for instance.
  public func append(step: Int, _ results: [Metric], times: [Metric]) throws(FileError) {
    let members =
      ["\"step\":\(step)"] + results.map { Self.member($0.name, $0.value) }
      + times.map { Self.member("time/" + $0.name, $0.value) }
    try file.append(Array(("{" + members.joined(separator: ",") + "}\n").utf8))
  }

  /// Makes the lines so far certain to survive a power cut.
  public func flush() throws(FileError) { try file.flush() }

  /// The shortest text that reads back as the same number; JSON has no infinities.
  private static func member(_ name: String, _ value: Double) -> String {
    "\"\(name)\":" + (value.isFinite ? "\(value)" : "null")
  }

  /// The leading lines that are whole and belong to steps that `stays` accepts.
  private static func lines(_ bytes: [UInt8], where stays: (Int) -> Bool) -> [UInt8] {
    let newline = UInt8(ascii: "\n")
    let prefix = Array("{\"step\":".utf8)
    var end = 0
    while let next = bytes[end...].firstIndex(of: newline) {
      let line = bytes[end..<next]
      let digits = line.dropFirst(prefix.count).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      guard line.starts(with: prefix), line.last == UInt8(ascii: "}"),
        let number = Int(String(decoding: digits, as: UTF8.self)), stays(number)
      else { break }
      end = next + 1
    }
    return Array(bytes[..<end])
  }
}
