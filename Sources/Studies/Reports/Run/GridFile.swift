internal import Files

/// A grid of samples in a run directory.
package struct GridFile: Sendable, Equatable {
  /// The step that it was drawn after.
  package let step: Int
  /// Where it is.
  package let path: String
  /// Length in bytes.
  package let byteCount: Int

  /// The folder of grids in a run directory.
  private static let folder = "samples"
  /// No grid has as many bytes: 160 pictures of 128×128.
  private static let largest = 1 << 26

  /// The grids of a run, in the order of steps; others than this program's are passed over.
  ///
  /// - Parameter run: The run directory.
  /// - Returns: The grids, of which none has been read.
  package static func all(ofRun run: String) -> [GridFile] {
    let names = ((try? Directory.names(in: run + "/" + folder)) ?? []).compactMap(\.self)
    return names.compactMap { name in
      let path = run + "/" + folder + "/" + name
      guard let match = name.wholeMatch(of: /step-([0-9]{8,10})\.png/), let step = Int(match.output.1),
        let status = FileStatus(path), !status.isFolder, status.byteCount <= largest
      else { return nil }
      return GridFile(step: step, path: path, byteCount: status.byteCount)
    }.sorted { $0.step < $1.step }
  }
}
