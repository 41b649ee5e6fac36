/// The tensors of a state dict, by name, as a pickle describes them.
struct PyTorchStateDict {
  /// A view of a storage.
  struct Tensor {
    let storage: PyTorchStorage
    /// Of the first number, in numbers.
    let offset: Int
    let shape: [Int]
    let strides: [Int]
    let count: Int

    /// Whether numbers follow each other as their indices do.
    var isContiguous: Bool {
      var expected = 1
      for (extent, stride) in zip(shape, strides).reversed() where extent != 1 {
        if stride != expected { return false }
        expected *= extent
      }
      return true
    }

    /// Where the elements are behind the first, the last axis fastest.
    var offsets: [Int] { elementOffsets(shape, strides) }
  }

  /// Names in the order of the dictionary.
  let names: [String]
  let tensors: [String: Tensor]

  /// Keys under which programs put a state dict when they save something beside it.
  private static let usualKeys = ["state_dict", "model_state_dict"]

  /// Finds and checks the tensors.
  ///
  /// - Parameters:
  ///   - container: A file.
  ///   - key: The member of the saved dictionary that is wanted; `nil` for that of a usual key, or else all of it.
  /// - Throws: What is wrong with it.
  init(_ container: PyTorchContainer, key: String?) throws(FormatFault) {
    let reader = Reader(container: container)
    let root = try reader.members(container.root, "what it holds")
    var chosen = root
    if let key = key ?? Self.usualKeys.first(where: { key in root.contains { $0.key == key } }) {
      guard let value = root.first(where: { $0.key == key })?.value else {
        throw FormatFault("it has no \(key.quoted), but \(Self.list(root.map(\.key)))", advice: "name one of these")
      }
      chosen = try reader.members(value, "its \(key.quoted)")
    }
    // Networks that were trained on several devices at once have this before every name.
    let prefix = chosen.allSatisfy { $0.key.hasPrefix("module.") } ? "module.".count : 0
    var names: [String] = []
    var tensors: [String: Tensor] = [:]
    for (key, value) in chosen {
      let name = String(key.dropFirst(prefix))
      names.append(name)
      tensors[name] = try reader.tensor(value, name)
    }
    guard !names.isEmpty else { throw FormatFault("it holds no tensor") }
    (self.names, self.tensors) = (names, tensors)
  }

  private static func list(_ keys: [String]) -> String {
    keys.isEmpty ? "nothing" : keys.prefix(8).map(\.quoted).joined(separator: ", ") + (keys.count > 8 ? " …" : "")
  }

  /// Makes sense of values.
  private struct Reader {
    let container: PyTorchContainer
    var heap: PickleHeap { container.machine.heap }

    /// The members of a dictionary whose keys are texts, each there once.
    func members(
      _ reference: PickleHeap.Reference, _ what: String
    ) throws(FormatFault) -> [(key: String, value: PickleHeap.Reference)] {
      guard case .dictionary(let members) = heap.values[reference] else {
        if case .call(let function, _) = heap.values[reference], let name = heap.globalName(function),
          !name.hasPrefix("torch._utils.")
        {
          throw FormatFault(
            "\(what) is an object of \(name.quoted), of which nothing is known",
            advice: "save it again with torch.save(model.state_dict(), …)")
        }
        throw FormatFault(
          "\(what) is \(heap.kind(reference)) and not a state dict",
          advice: "save it again with torch.save(model.state_dict(), …)")
      }
      var result: [(key: String, value: PickleHeap.Reference)] = []
      var seen: Set<String> = []
      for (key, value) in members {
        guard case .text(let range) = heap.values[key] else {
          throw FormatFault("\(what) has \(heap.kind(key)) for a name", advice: "save a state dict")
        }
        let text = try container.machine.bytes.text(range)
        guard seen.insert(text).inserted else { throw FormatFault("\(what) holds \(text.quoted) twice") }
        result.append((text, value))
      }
      return result
    }

    /// A tensor, or the parameter that holds one.
    func tensor(_ reference: PickleHeap.Reference, _ name: String) throws(FormatFault) -> Tensor {
      guard case .call(let function, let arguments) = heap.values[reference],
        case .tuple(let items) = heap.values[arguments]
      else {
        throw FormatFault(
          "its \(name.quoted) is \(heap.kind(reference)) and not a tensor", advice: "save or name the state dict alone")
      }
      switch heap.globalName(function) {
      case "torch._utils._rebuild_parameter" where items.count == 3:
        guard case .call(let inner, _) = heap.values[items[0]],
          heap.globalName(inner) == "torch._utils._rebuild_tensor_v2"
        else { throw FormatFault("its parameter \(name.quoted) is \(heap.kind(items[0]))") }
        return try tensor(items[0], name)
      case "torch._utils._rebuild_tensor_v2" where items.count == 6 || items.count == 7,
        "torch._utils._rebuild_tensor" where items.count == 4:
        return try view(items, name)
      case let unknown:
        throw FormatFault(
          "its \(name.quoted) is an object of \((unknown ?? heap.kind(function)).quoted), of which nothing is known",
          advice: "save plain tensors")
      }
    }

    /// Arguments are storage, offset, extents and strides, and others without meaning here.
    private func view(_ items: [PickleHeap.Reference], _ name: String) throws(FormatFault) -> Tensor {
      guard case .persistent(let parts) = heap.values[items[0]], let offset = heap.integer(items[1]),
        let shape = heap.integers(items[2]), let strides = heap.integers(items[3])
      else { throw FormatFault("its tensor \(name.quoted) lacks a storage, an offset, extents or strides") }
      let key = try PyTorchStorage.claim(parts, container.machine).key
      guard let storage = container.storages[key] else { throw FormatFault("its storage \(key.quoted) is missing") }
      let bounds = FormatFault(
        "its tensor \(name.quoted) of extents \(Self.shown(shape)) and strides \(Self.shown(strides)) from \(offset) on "
          + "does not lie in its storage of \(storage.claim.count) numbers")
      guard shape.count == strides.count, shape.count <= 16, offset >= 0, offset <= storage.claim.count,
        shape.allSatisfy({ $0 >= 0 }), strides.allSatisfy({ $0 >= 0 })
      else { throw bounds }
      var (count, last) = (1, offset)
      if shape.contains(0) {
        count = 0
      } else {
        for (extent, stride) in zip(shape, strides) {
          let (reach, first) = (extent - 1).multipliedReportingOverflow(by: stride)
          let (sum, second) = last.addingReportingOverflow(reach)
          let (product, third) = count.multipliedReportingOverflow(by: extent)
          guard !first, !second, !third else { throw bounds }
          (last, count) = (sum, product)
        }
        guard last < storage.claim.count else { throw bounds }
        guard count <= storage.claim.count else {
          throw FormatFault(
            "its tensor \(name.quoted) of extents \(Self.shown(shape)) repeats the numbers of its storage",
            advice: "save a copy (tensor.clone())")
        }
      }
      return Tensor(storage: storage, offset: offset, shape: shape, strides: strides, count: count)
    }

    private static func shown(_ numbers: [Int]) -> String {
      "(" + numbers.prefix(8).map { "\($0)" }.joined(separator: ", ") + (numbers.count > 8 ? ", …)" : ")")
    }
  }
}
