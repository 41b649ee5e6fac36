/// Files of PyTorch's older form made by hand: one of a single tensor, and what differs from it.
struct PickleSample {
  /// Opcodes of the saved object.
  var object: [UInt8]
  /// Opcodes of the list of storages.
  var list = Self.list(["7"])
  /// Counts and numbers of the storages.
  var data: [UInt8] = [2, 0, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 8)

  static let magic: [UInt8] = [
    0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E, 0x80, 2, 0x4D, 0xE9, 3, 0x2E,
  ]

  /// All of the file.
  var file: [UInt8] {
    let system = Self.dictionary([("little_endian", [0x88])])
    return Self.magic + Self.pickle(system) + Self.pickle(object) + Self.pickle(list) + data
  }

  static func pickle(_ opcodes: [UInt8]) -> [UInt8] { [0x80, 2] + opcodes + [0x2E] }

  static func text(_ text: String) -> [UInt8] {
    [0x58] + withUnsafeBytes(of: UInt32(text.utf8.count).littleEndian) { Array($0) } + Array(text.utf8)
  }

  static func integer(_ number: Int) -> [UInt8] {
    [0x8A, 8] + withUnsafeBytes(of: Int64(number).littleEndian) { Array($0) }
  }

  static func tuple(_ items: [[UInt8]]) -> [UInt8] { [0x28] + items.joined() + [0x74] }

  static func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

  static func dictionary(_ members: [(String, [UInt8])]) -> [UInt8] {
    [0x7D, 0x28] + members.flatMap { text($0.0) + $0.1 } + [0x75]
  }

  static func list(_ keys: [String]) -> [UInt8] { [0x5D, 0x28] + keys.flatMap { text($0) } + [0x65] }

  static func storage(
    _ kind: String = "storage", type: String = "FloatStorage", key: String = "7", count: Int = 2,
    view: [UInt8]? = [0x4E]
  ) -> [UInt8] {
    let parts = [text(kind), global("torch", type), text(key), text("cpu"), integer(count)]
    return tuple(parts + (view.map { [$0] } ?? [])) + [0x51]
  }

  static func tensor(
    _ storage: [UInt8] = storage(), offset: Int = 0, shape: [Int] = [2], strides: [Int] = [1],
    function: [UInt8] = global("torch._utils", "_rebuild_tensor_v2")
  ) -> [UInt8] {
    let hooks = global("collections", "OrderedDict") + [0x29, 0x52]
    let arguments = [
      storage, integer(offset), tuple(shape.map(integer)), tuple(strides.map(integer)), [0x89], hooks,
    ]
    return function + tuple(arguments) + [0x52]
  }

  /// A file without storages.
  static func plain(_ object: [UInt8]) -> PickleSample { PickleSample(object: object, list: list([]), data: []) }

  /// A state dict of one tensor.
  static func weights(_ tensor: [UInt8] = tensor()) -> PickleSample {
    PickleSample(object: dictionary([("a", tensor)]))
  }
}
