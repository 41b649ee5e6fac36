internal import Checkpoints
package import Files

/// Where a run was trained last: what `environment.json` says.
package struct RunPlace: Sendable {
  /// Names and values, what matters most first.
  package let facts: [(name: String, value: String)]
  /// Ranks of the last start, and threads of each.
  package let ranks: Int?, threads: Int?

  /// A value of any kind.
  private enum Value: Decodable {
    case text(String)
    case nothing

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        self = .nothing
      } else if let number = try? container.decode(Int.self) {
        self = .text(String(number))
      } else if let number = try? container.decode(Double.self) {
        self = .text("\(number)")
      } else if let flag = try? container.decode(Bool.self) {
        self = .text(String(flag))
      } else if let text = try? container.decode(String.self) {
        self = .text(text)
      } else if let list = try? container.decode([Value].self) {
        self = .text(list.compactMap(\.text).joined(separator: ", "))
      } else {
        let members = try container.decode([String: Value].self)
        self = .text(
          members.sorted { $0.key < $1.key }.compactMap { name, value in value.text.map { "\(name) \($0)" } }
            .joined(separator: ", "))
      }
    }

    var text: String? { if case .text(let text) = self { text } else { nil } }
  }

  /// What people look for first; the rest follows by name.
  private static let order = [
    "program", "source_commit", "hosts", "ranks", "threads_per_rank", "processor", "processors", "processor_quota",
    "instruction_set", "operating_system", "blas", "blas_kernels", "mpi", "reduction", "overlap", "shards_at_once",
    "from",
  ]

  /// Its file is small; a longer one is something else.
  private static let largest = 1 << 20

  /// Reads `environment.json`.
  ///
  /// - Parameter run: The run directory.
  /// - Throws: `FileError` if the file is missing or no JSON object.
  package init(ofRun run: String) throws(FileError) {
    let path = run + "/" + RunFiles.environment
    let bytes = try InputFile(path: path).bytes(limit: Self.largest)
    guard let values = try? JSONText.decode([String: Value].self, from: bytes) else {
      throw FileError(.malformed, "expected a JSON object in '\(path)' and found something else")
    }
    let names = Self.order.filter { values[$0] != nil } + values.keys.filter { !Self.order.contains($0) }.sorted()
    facts = names.prefix(100).compactMap { name in
      let words = name.split(separator: "_").map { ["blas", "mpi"].contains($0) ? $0.uppercased() : String($0) }
        .joined(separator: " ")
      return values[name]?.text.map { (words, $0) }
    }
    ranks = values["ranks"]?.text.flatMap { Int($0) }
    threads = values["threads_per_rank"]?.text.flatMap { Int($0) }
  }
}
