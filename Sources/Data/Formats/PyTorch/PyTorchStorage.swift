/// A row of numbers that tensors are views of.
struct PyTorchStorage {
  /// What a pickle says about it.
  struct Claim: Equatable {
    let type: PyTorchType
    let count: Int
  }

  let claim: Claim
  /// Where its first byte is.
  let offset: Int
  /// What holds it, in a zip file.
  let member: ZipArchive.Member?

  /// All storages that a pickle refers to, by key, whether or not something comes of them.
  static func claims(_ machine: PickleMachine) throws(FormatFault) -> [String: Claim] {
    var result: [String: Claim] = [:]
    for case .persistent(let items) in machine.heap.values {
      let (key, claim) = try Self.claim(items, machine)
      guard (result[key] ?? claim) == claim else {
        throw FormatFault(
          "it refers to storage \(key.quoted) as \(claim.count) and as \(result[key]?.count ?? 0) numbers")
      }
      result[key] = claim
    }
    return result
  }

  /// What one reference says: ('storage', type, key, device, count) and, in old files, a view.
  static func claim(
    _ items: [PickleHeap.Reference], _ machine: PickleMachine
  ) throws(FormatFault) -> (key: String, claim: Claim) {
    let heap = machine.heap
    guard items.count == 5 || items.count == 6, case .text(let range) = heap.values[items[2]],
      case .global(let module, let name) = heap.values[items[1]], let count = heap.integer(items[4])
    else { throw FormatFault("a storage in it is not described by type, key, device and count") }
    let key = try machine.bytes.text(range)
    guard ["torch", "torch.storage"].contains(module), let type = PyTorchType(rawValue: name) else {
      throw FormatFault(
        "its storage \(key.quoted) is of the unknown type \("\(module).\(name)".quoted)",
        advice: "save floats or whole numbers")
    }
    if items.count == 6, case .none = heap.values[items[5]] {
    } else if items.count == 6 {
      throw FormatFault(
        "its storage \(key.quoted) is a view of another, as torch 0.3 wrote them", advice: "save it with a newer torch")
    }
    guard count >= 0, count <= Int.max / type.size else {
      throw FormatFault("its storage \(key.quoted) has the impossible count \(count)")
    }
    return (key, Claim(type: type, count: count))
  }
}
