public import Files

extension CIFARBatch {
  /// Reads a file of the version for Python: a pickle of a dictionary, of which no function is called.
  ///
  /// - Parameters:
  ///   - path: The file, as it is published or saved again by Python 3 with protocol 3.
  ///   - form: Of which data set it is.
  ///   - memory: The most bytes that it may take.
  /// - Throws: `FileError` when it is missing, no such pickle, too large, or holds a label that there is not.
  public init(pickle path: String, _ form: Form = .cifar10, memory: Int) throws(FileError) {
    let file = try InputFile(path: path)
    guard file.byteCount <= min(CIFARPickle.byteLimit, memory / 3) else {
      throw FileError(
        .malformed,
        "expected a batch of \(form.title) of at most \(mebibytes(min(CIFARPickle.byteLimit, memory / 3))) MiB, a third of the "
          + "memory that is available, at '\(path)' and found \(mebibytes(file.byteCount)) MiB; check what file that is"
      )
    }
    self = try telling(
      "'\(path)' is not a valid batch of \(form.title) for Python",
      advice: "use the published file, or save it by Python 3 with pickle.dump(…, protocol=3)"
    ) {
      var pickle = try CIFARPickle(ByteSource(file))
      return try pickle.batch(form)
    }
  }
}

/// The dictionary that a file of CIFAR for Python holds: labels as lists, images as one array of NumPy.
private struct CIFARPickle {
  /// The longest file that is read: somewhat more than that of CIFAR-100's training images.
  static let byteLimit = 1 << 28

  private let machine: PickleMachine
  private var heap: PickleHeap { machine.heap }
  private var members: [String: PickleHeap.Reference] = [:]

  /// Runs the pickle, without any call that it asks for.
  init(_ source: ByteSource) throws {
    var machine = PickleMachine(
      PickleBytes(source, 0..<source.byteCount, limit: Self.byteLimit), of: .arrays)
    let root = try machine.next()
    self.machine = machine
    guard case .dictionary(let members) = machine.heap.values[root] else {
      throw FormatFault("it holds \(machine.heap.kind(root)) and not a dictionary")
    }
    for (key, value) in members {
      guard let key = try text(key) else { throw FormatFault("it has \(machine.heap.kind(key)) for a name") }
      guard self.members.updateValue(value, forKey: key) == nil else {
        throw FormatFault("it holds \(key.quoted) twice")
      }
    }
  }

  /// The images and labels.
  mutating func batch(_ form: CIFARBatch.Form) throws -> CIFARBatch {
    let (count, planes) = try array("data")
    var labels: [[UInt8]] = []
    for (key, classes) in form.labels { labels.append(try self.labels(key, classes, count)) }
    return CIFARBatch(labels: labels, planes: planes)
  }

  private func member(_ key: String) throws(FormatFault) -> PickleHeap.Reference {
    guard let value = members[key] else {
      let names = members.keys.sorted().prefix(8).map(\.quoted).joined(separator: ", ")
      throw FormatFault("expected \(key.quoted) in it and found \(names.isEmpty ? "nothing" : names)")
    }
    return value
  }

  private func labels(_ key: String, _ classes: Int, _ count: Int) throws(FormatFault) -> [UInt8] {
    let value = try member(key)
    guard case .list(let items) = heap.values[value], items.count == count else {
      throw FormatFault("expected a list of \(grouped(count)) labels for \(key.quoted) and found \(heap.kind(value))")
    }
    var result: [UInt8] = []
    result.reserveCapacity(count)
    for item in items {
      guard let label = heap.integer(item), (0..<classes).contains(label) else {
        throw FormatFault(
          "label \(result.count) of its \(key.quoted) is \(heap.integer(item).map(String.init) ?? heap.kind(item)), and "
            + "there are \(classes) classes")
      }
      result.append(UInt8(label))
    }
    return result
  }

  /// An array of images: a call of NumPy's that would make it, and the state that it would be given.
  private func array(_ key: String) throws -> (count: Int, planes: ArraySlice<UInt8>) {
    let value = try member(key)
    guard case .call(let function, _) = heap.values[value], let name = heap.globalName(function),
      ["numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct"].contains(name),
      let state = heap.attributes[value], case .tuple(let parts) = heap.values[state], parts.count == 5
    else { throw FormatFault("its \(key.quoted) is \(heap.kind(value)) and not an array of NumPy") }
    guard let shape = heap.integers(parts[1]), shape.count == 2, shape[0] > 0, shape[1] == CIFARBatch.pixelCount,
      try type(parts[2]) == "u1", case .bool(false) = heap.values[parts[3]],
      case .bytes(let range) = heap.values[parts[4]]
    else {
      throw FormatFault(
        "its \(key.quoted) is not an array of bytes (uint8) of [images, \(CIFARBatch.pixelCount)] in C's order")
    }
    guard shape[0] == range.count / CIFARBatch.pixelCount, range.count.isMultiple(of: CIFARBatch.pixelCount) else {
      throw FormatFault("its \(key.quoted) of \(shape) has \(grouped(range.count)) bytes")
    }
    return (shape[0], machine.bytes.slice(range))
  }

  /// The name of a number type.
  private func type(_ reference: PickleHeap.Reference) throws(FormatFault) -> String? {
    guard case .call(let function, let arguments) = heap.values[reference], heap.globalName(function) == "numpy.dtype",
      case .tuple(let items) = heap.values[arguments], let first = items.first
    else { return nil }
    return try text(first)
  }

  /// A text of either version of Python.
  private func text(_ reference: PickleHeap.Reference) throws(FormatFault) -> String? {
    switch heap.values[reference] {
    case .text(let range): return try machine.bytes.text(range)
    case .bytes(let range) where range.count <= 1000: return try machine.bytes.text(range)
    default: return nil
    }
  }
}
