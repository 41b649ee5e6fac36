internal import Files
internal import Formats
package import Layers
public import Tensors

/// One safetensors file of a checkpoint: named blocks of numbers, to write from or to read into.
public struct CheckpointFile {
  /// A block of numbers.
  public struct Part {
    /// What precedes the entries' names in the file.
    public let prefix: String
    /// The numbers.
    public let arena: Arena<Float>

    /// All entries of `arena`, their names preceded by `prefix`.
    public init(prefix: String = "", _ arena: Arena<Float>) {
      self.prefix = prefix
      self.arena = arena
    }
  }

  /// For instance `generator.safetensors`.
  public let name: String
  /// The texts of the file's header.
  public let metadata: [String: String]
  /// What the file holds.
  public let parts: [Part]

  /// A file of `parts`.
  public init(name: String, metadata: [String: String] = ["format": "pt"], parts: [Part]) {
    self.name = name
    self.metadata = metadata
    self.parts = parts
  }

  /// Every tensor of the file.
  package var tensors: [(name: String, entry: ArenaLayout.Entry, arena: Arena<Float>)] {
    parts.flatMap { part in part.arena.layout.entries.map { (part.prefix + $0.name, $0, part.arena) } }
  }

  /// Writes the file into a folder.
  func write(in folder: Folder) throws(FileError) -> OutputFile.Summary {
    var writer = SafetensorsWriter(metadata: metadata)
    for (name, entry, arena) in tensors { writer.add(name, shape: entry.fileShape) { arena.fileOrder(entry) } }
    return try writer.write(to: try OutputFile(name, in: folder))
  }

  /// Checks that an opened file holds exactly these tensors.
  func check(_ file: SafetensorsFile) throws(CheckpointError) {
    let advice = "the checkpoint is of another architecture: use the preset and the settings it was made with"
    var rest = Set(file.names)
    for (name, entry, _) in tensors {
      let found: [Int]
      do {
        found = try file.shape(of: name)
      } catch {
        throw CheckpointError(.malformed, "expected a tensor '\(name)' in '\(file.path)' and found none; \(advice)")
      }
      guard found == entry.fileShape else {
        throw CheckpointError(
          .malformed,
          "expected '\(name)' of shape \(entry.fileShape) in '\(file.path)' and found \(found); \(advice)")
      }
      rest.remove(name)
    }
    if let unknown = rest.min() {
      throw CheckpointError(.malformed, "found an unexpected tensor '\(unknown)' in '\(file.path)'; \(advice)")
    }
  }

  /// Sets all numbers from a file that was checked.
  func fill(from file: SafetensorsFile) throws(CheckpointError) {
    do {
      for (name, entry, arena) in tensors { arena.setFileOrder(entry, try file.floats(name, shape: entry.fileShape)) }
    } catch {
      throw CheckpointError(error)
    }
  }
}

extension CheckpointFile {
  /// The file of a network: parameters, running statistics and spectra.
  package static func weights(_ name: String, _ weights: Weights<Float>, _ architecture: String) -> CheckpointFile {
    CheckpointFile(
      name: name + ".safetensors", metadata: ["format": "pt", "architecture": architecture],
      parts: [.init(weights.parameters), .init(weights.statistics), .init(weights.spectra)])
  }
}
