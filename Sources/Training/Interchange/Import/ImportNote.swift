internal import Files
internal import Formats

/// Where an imported run's numbers came from: `imported.json` of its directory, and what the command prints.
struct ImportNote: Encodable {
  /// A file that was read.
  struct Source: Encodable {
    let network: String
    let path: String
    let sha256: String
    let tensors: Int
    /// Tensors that decide nothing and were left.
    let unused: [String]
  }

  let program: String
  var files: [Source] = []
  /// What is otherwise than with the peer, or was not there: sentences.
  var remarks: [String] = []

  mutating func add(_ file: PeerFile, as network: String) throws(FileError) {
    files.append(
      Source(
        network: network, path: file.path, sha256: try file.sha256(), tensors: file.names.count, unused: file.rest))
  }

  var json: String { JSONText.encode(self, isPretty: true) + "\n" }

  /// Lines for people.
  var lines: [String] {
    files.map { file in
      var line = "\(file.network): \(grouped(file.tensors)) tensors of '\(file.path)'"
      if !file.unused.isEmpty {
        let shown = file.unused.prefix(3).joined(separator: ", ") + (file.unused.count > 3 ? " …" : "")
        line += "; not used, as they decide nothing: \(counted(file.unused.count, "tensor")) (\(shown))"
      }
      return line
    } + remarks
  }
}
