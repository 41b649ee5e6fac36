internal import Checkpoints
public import Files

/// The file `metrics.jsonl`: one flat object a line, what is deterministic first and times last.
public final class MetricsLog {
  /// A number with its name.
  public typealias Metric = (name: String, value: Double)

  private let file: AppendedFile
  /// What a person should know of lines that this program did not write.
  package let warning: String?

  /// Opens the log to continue it.
  ///
  /// Lines that do not stay are removed, and one that was cut off.
  ///
  /// - Parameters:
  ///   - folder: The run directory.
  ///   - stays: Whether the line of a step is one of this run.
  /// - Throws: `FileError` if the file cannot be read or written.
  package init(in folder: Folder, keeping stays: @escaping (Int) -> Bool) throws(FileError) {
    warning = try MetricsRepair(folder, keeping: stays).run()
    file = try AppendedFile(RunFiles.metrics, in: folder)
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
}
