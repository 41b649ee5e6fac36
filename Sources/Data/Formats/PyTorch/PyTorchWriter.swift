public import Files

/// Writes a state dict as `torch.save` does: a zip file with a pickle and the numbers of each tensor.
///
/// The pickle has nothing that `torch.load(…, weights_only=True)` would not read. Equal content gives equal bytes.
public struct PyTorchWriter {
  private struct Entry {
    let name: String
    let shape: [Int]
    let numbers: () -> [Float]
  }

  private var entries: [Entry] = []
  private var names: Set<String> = []

  /// A state dict without tensors.
  public init() {}

  /// Adds a tensor of single precision.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - shape: Its extents; none for a scalar.
  ///   - numbers: Gives all elements, the outermost axis first, while the file is written.
  public mutating func add(_ name: String, shape: [Int], _ numbers: @escaping () -> [Float]) {
    precondition(names.insert(name).inserted, "two tensors are named '\(name)'")
    entries.append(Entry(name: name, shape: shape, numbers: numbers))
  }

  /// Writes the file, flushes it to disk, and then gives it its name.
  @discardableResult
  public func write(to file: OutputFile) throws(FileError) -> OutputFile.Summary {
    var zip = ZipWriter(to: file)
    try zip.add("archive/data.pkl", pickle)
    try zip.add("archive/byteorder", Array("little".utf8))
    for (key, entry) in entries.enumerated() {
      let numbers = entry.numbers()
      precondition(numbers.count == entry.shape.reduce(1, *), "'\(entry.name)' got \(numbers.count) numbers")
      try zip.add("archive/data/\(key)", numbers.withUnsafeBytes { Array($0) })
    }
    try zip.add("archive/version", Array("3\n".utf8))
    return try zip.finish()
  }

  // MARK: The pickle, of protocol 2

  private var pickle: [UInt8] {
    var bytes: [UInt8] = [0x80, 2]
    bytes += Self.emptyDictionary + Self.mark
    for (key, entry) in entries.enumerated() {
      let count = entry.shape.reduce(1, *)
      bytes += Self.text(entry.name) + Self.global("torch._utils", "_rebuild_tensor_v2") + Self.mark
      bytes += Self.mark + Self.text("storage") + Self.global("torch", "FloatStorage") + Self.text("\(key)")
      bytes += Self.text("cpu") + Self.integer(count) + Self.tuple + [UInt8(ascii: "Q")]
      bytes += Self.integer(0) + Self.integers(entry.shape) + Self.integers(Self.strides(entry.shape))
      bytes += [0x89] + Self.emptyDictionary + Self.tuple + [UInt8(ascii: "R")]
    }
    return bytes + [UInt8(ascii: "u"), UInt8(ascii: ".")]
  }

  private static let mark = [UInt8(ascii: "(")]
  private static let tuple = [UInt8(ascii: "t")]
  private static let emptyDictionary =
    global("collections", "OrderedDict") + [UInt8(ascii: ")"), UInt8(ascii: "R")]

  private static func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

  private static func text(_ text: String) -> [UInt8] {
    [UInt8(ascii: "X")] + number(UInt32(text.utf8.count)) + Array(text.utf8)
  }

  private static func integer(_ value: Int) -> [UInt8] {
    if let small = Int32(exactly: value) { return [UInt8(ascii: "J")] + number(UInt32(bitPattern: small)) }
    return [0x8A, 8] + number(UInt64(bitPattern: Int64(value)))
  }

  private static func integers(_ values: [Int]) -> [UInt8] { mark + values.flatMap(integer) + tuple }

  private static func strides(_ shape: [Int]) -> [Int] {
    shape.indices.map { shape[($0 + 1)...].reduce(1, *) }
  }

  private static func number<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }
}
