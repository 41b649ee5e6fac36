internal import Files
internal import Formats
internal import Kernels
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
    do throws(FileError) {
      for (name, entry, arena) in tensors {
        let numbers = try file.floats(name, shape: entry.fileShape)
        if let fault = nonfinite(numbers, name, of: file) { throw fault }
        arena.setFileOrder(entry, numbers)
      }
    } catch {
      throw CheckpointError(error)
    }
  }

  /// Sets the numbers that fit from a file of other classes or another head; others stay as they are.
  ///
  /// - Parameters:
  ///   - file: The origin's.
  ///   - fit: What fits.
  /// - Throws: `CheckpointError` if a tensor is missing, of another shape, or not finite.
  func fill(from file: SafetensorsFile, fitting fit: OriginFit) throws(CheckpointError) {
    do throws(FileError) {
      for (name, entry, arena) in tensors {
        let part = fit.part(name)
        guard part != .anew else { continue }
        let shape = part == .rows ? fit.formerShape(entry.fileShape) : entry.fileShape
        let numbers = try file.floats(name, shape: shape)
        if let fault = nonfinite(numbers, name, of: file) { throw fault }
        arena.setFileOrder(entry, part == .rows ? fit.joined(arena.fileOrder(entry), former: numbers) : numbers)
      }
    } catch {
      throw CheckpointError(error)
    }
  }

  /// The error of a tensor with numbers that are infinite or NaN, if it has any: no run of this program writes such.
  private func nonfinite(_ numbers: [Float], _ tensor: String, of file: SafetensorsFile) -> FileError? {
    guard !numbers.withUnsafeBufferPointer({ $0.baseAddress.map { areFinite($0, count: numbers.count) } ?? true })
    else {
      return nil
    }
    let count = numbers.count { !$0.isFinite }
    return FileError(
      .malformed,
      "'\(tensor)' in '\(file.path)' has \(grouped(count)) NaN or infinite of \(counted(numbers.count, "number")); use another "
        + "checkpoint")
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
