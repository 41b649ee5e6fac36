public import Formats
internal import Foundation

#if canImport(Glibc)
  internal import Glibc
#endif

/// The file `metrics.jsonl`: one flat object a line, what is deterministic first and times last.
public final class MetricsLog {
  /// A number with its name.
  public typealias Metric = (name: String, value: Double)

  private let path: String
  private let descriptor: CInt

  /// Opens the log to continue after `step`: lines of later steps, and a line that was cut off, are removed.
  public init(path: String, continuingAfter step: Int) throws(FormatError) {
    self.path = path
    if FileManager.default.fileExists(atPath: path) {
      let bytes = try InputFile.bytes(of: path)
      let kept = Self.lines(bytes, upTo: step)
      if kept.count < bytes.count { try OutputFile.write(kept, to: path) }
    }
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Self.failure(path) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Appends the line of a step.
  ///
  /// - Parameters:
  ///   - step: The step, counted from 1.
  ///   - results: Numbers that depend on configuration and seed alone.
  ///   - times: Numbers that differ from run to run; each name is preceded by `time/`.
  /// - Throws: `FormatError` when the disk is full, for instance.
  public func append(step: Int, _ results: [Metric], times: [Metric]) throws(FormatError) {
    let members =
      ["\"step\":\(step)"] + results.map { Self.member($0.name, $0.value) }
      + times.map { Self.member("time/" + $0.name, $0.value) }
    let line = Array(("{" + members.joined(separator: ",") + "}\n").utf8)
    let written = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    guard written == line.count else { throw Self.failure(path) }
  }

  /// Makes the lines so far certain to survive a power cut.
  public func flush() throws(FormatError) {
    guard fsync(descriptor) == 0 else { throw Self.failure(path) }
  }

  /// The shortest text that reads back as the same number; JSON has no infinities.
  private static func member(_ name: String, _ value: Double) -> String {
    "\"\(name)\":" + (value.isFinite ? "\(value)" : "null")
  }

  /// The leading lines that are whole and belong to steps up to `step`.
  private static func lines(_ bytes: [UInt8], upTo step: Int) -> [UInt8] {
    let newline = UInt8(ascii: "\n")
    let prefix = Array("{\"step\":".utf8)
    var end = 0
    while let next = bytes[end...].firstIndex(of: newline) {
      let line = bytes[end..<next]
      let digits = line.dropFirst(prefix.count).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      guard line.starts(with: prefix), line.last == UInt8(ascii: "}"),
        let number = Int(String(decoding: digits, as: UTF8.self)), number <= step
      else { break }
      end = next + 1
    }
    return Array(bytes[..<end])
  }

  private static func failure(_ path: String) -> FormatError {
    FormatError(
      .cannotCreate, "cannot write '\(path)': \(String(cString: strerror(errno))); check the disk and the rights")
  }
}
