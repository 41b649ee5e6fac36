package import Files

/// Where a report goes: a run's own `report.html` may be replaced where this program made it, any other file is as safe as ever.
package enum ReportFile {
  /// The name in a run directory.
  package static let name = "report.html"

  /// Where the report of a run goes by default.
  ///
  /// - Parameter run: The run.
  /// - Returns: A path in the run directory.
  package static func path(of run: RunRecord) -> String { run.path == "." ? name : run.path + "/" + name }

  /// Checks that a report can be written, before it is made.
  ///
  /// - Parameters:
  ///   - path: Where.
  ///   - runs: The runs that it is about.
  ///   - isForced: Whether the user lets any file be replaced.
  /// - Returns: The file to write.
  /// - Throws: `FileError` of kind `cannotCreate` where a file is there that stays.
  package static func open(_ path: String, of runs: [RunRecord], isForced: Bool) throws(FileError) -> OutputFile {
    let isOwn = runs.contains { Directory.isSame(path, Self.path(of: $0)) }
    return try OutputFile(path: path, isForced: isForced || isOwn && isReport(path))
  }

  /// Whether this program has made a file.
  private static func isReport(_ path: String) -> Bool {
    let beginning = Array(ReportPage.beginning.utf8)
    let head = try? InputFile(path: path).head(beginning.count)
    return head == beginning
  }
}
