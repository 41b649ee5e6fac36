public import Files

/// Collects named tensors and writes them as one safetensors file.
///
/// Elements are asked for one tensor at a time while the file is written, so the file may be larger than memory. Equal
/// content gives equal bytes: the reference writer's order (wider numbers first, then names by their bytes), metadata
/// sorted by key, the header padded with spaces to a multiple of 8 so that every tensor is aligned.
public struct SafetensorsWriter {
  private struct Entry {
    let name: String
    let shape: [Int]
    let type: SafetensorsDType
    let append: (OutputFile) throws(FileError) -> Void
  }

  private let metadata: [String: String]
  private var entries: [Entry] = []
  private var names: Set<String> = []

  /// A file without tensors.
  public init(metadata: [String: String] = [:]) { self.metadata = metadata }

  /// Adds a tensor of single precision.
  public mutating func add(_ name: String, shape: [Int], _ elements: @escaping () -> [Float]) {
    add(name, shape, .float32, elements)
  }

  /// Adds a tensor of double precision.
  public mutating func add(_ name: String, shape: [Int], _ elements: @escaping () -> [Double]) {
    add(name, shape, .float64, elements)
  }

  /// Adds a tensor of bytes.
  public mutating func add(_ name: String, shape: [Int], _ elements: @escaping () -> [UInt8]) {
    add(name, shape, .uint8, elements)
  }

  /// Adds a tensor of 32-bit integers.
  public mutating func add(_ name: String, shape: [Int], _ elements: @escaping () -> [Int32]) {
    add(name, shape, .int32, elements)
  }

  /// Adds a tensor of any type from the bytes of its elements.
  public mutating func add(_ name: String, shape: [Int], _ type: SafetensorsDType, _ bytes: [UInt8]) {
    precondition(bytes.count == shape.reduce(type.size, *), "'\(name)' of shape \(shape) got \(bytes.count) bytes")
    addEntry(name, shape, type) { (file: OutputFile) throws(FileError) in try file.append(bytes) }
  }

  /// Adds a tensor of single precision that never is in memory as a whole.
  ///
  /// - Parameters:
  ///   - name: The tensor's name.
  ///   - shape: Its extents.
  ///   - parts: Is called while the file is written, and calls its argument with one part of the elements after the other.
  public mutating func add(
    _ name: String, shape: [Int],
    parts: @escaping (_ append: ([Float]) throws(FileError) -> Void) throws(FileError) -> Void
  ) {
    add(name, shape, .float32, parts: parts)
  }

  private mutating func add<Element: BitwiseCopyable>(
    _ name: String, _ shape: [Int], _ type: SafetensorsDType, _ elements: @escaping () -> [Element]
  ) {
    add(name, shape, type) { (append: ([Element]) throws(FileError) -> Void) throws(FileError) in
      try append(elements())
    }
  }

  private mutating func add<Element: BitwiseCopyable>(
    _ name: String, _ shape: [Int], _ type: SafetensorsDType,
    parts: @escaping (_ append: ([Element]) throws(FileError) -> Void) throws(FileError) -> Void
  ) {
    addEntry(name, shape, type) { (file: OutputFile) throws(FileError) in
      var count = 0
      try parts { (numbers: [Element]) throws(FileError) in
        count += numbers.count
        try file.append(numbers)
      }
      precondition(count == shape.reduce(1, *), "'\(name)' of shape \(shape) got \(count) elements")
    }
  }

  private mutating func addEntry(
    _ name: String, _ shape: [Int], _ type: SafetensorsDType,
    _ append: @escaping (OutputFile) throws(FileError) -> Void
  ) {
    precondition(name != "__metadata__", "a tensor cannot have the reserved name '__metadata__'")
    precondition(names.insert(name).inserted, "two tensors are named '\(name)'")
    entries.append(Entry(name: name, shape: shape, type: type, append: append))
  }

  /// Writes the file, flushes it to disk, and then gives it its name.
  ///
  /// - Parameter file: A new file.
  /// - Returns: The file's length and checksum.
  /// - Throws: `FileError` of kind `cannotCreate`, when the disk is full or the rights are missing, for instance.
  @discardableResult
  public func write(to file: OutputFile) throws(FileError) -> OutputFile.Summary {
    let ranks = Dictionary(
      uniqueKeysWithValues: SafetensorsDType.allCases.enumerated().map { ($1, $0) })
    let sorted = entries.sorted {
      $0.type == $1.type
        ? $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) : ranks[$0.type, default: 0] > ranks[$1.type, default: 0]
    }
    let header = Self.header(sorted.map { .init($0.name, $0.type, shape: $0.shape) }, metadata)
    try file.append([UInt64(header.count).littleEndian])
    try file.append(header)
    for entry in sorted { try entry.append(file) }
    return try file.finish()
  }

  /// The text of a header, padded to a multiple of 8 bytes and to at least `space`.
  static func header(
    _ tensors: [SafetensorsAssembly.Tensor], _ metadata: [String: String], space: Int = 0
  ) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      let texts = pairs.map { JSONText.quoted($0.key) + ":" + JSONText.quoted($0.value) }
      members.append("\"__metadata__\":{" + texts.joined(separator: ",") + "}")
    }
    var offset = 0
    for tensor in tensors {
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      let end = offset + tensor.shape.reduce(tensor.type.size, *)
      members.append(
        "\(JSONText.quoted(tensor.name)):{\"dtype\":\"\(tensor.type.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    let text = Array(("{" + members.joined(separator: ",") + "}").utf8)
    return text + [UInt8](repeating: UInt8(ascii: " "), count: max((8 - text.count % 8) % 8, space - text.count))
  }
}
