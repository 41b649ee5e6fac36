/// Reads pickles as far as PyTorch's state dicts and arrays of NumPy need it, and runs nothing.
///
/// A pickle is a program for a small stack machine. Classes and functions that it names stay names, and calls stay what
/// they are: a value that says what would be called with what. Opcodes are those of Python's `pickletools`: the 31 that
/// `torch.save` writes, and four of bytes that arrays lie in.
struct PickleMachine {
  /// What pickles are for.
  enum Content: String {
    case stateDict = "state dict"
    /// Lists and arrays of NumPy, by Python 2, or Python 3 with protocol 2 or 3.
    case arrays = "array"
  }

  /// The most opcodes of a file.
  static let opcodeLimit = 1_000_000

  private let content: Content
  private(set) var heap = PickleHeap()
  private(set) var bytes: PickleBytes
  /// Where the next pickle begins.
  private(set) var position = 0
  private var opcodeCount = 0
  private var stack: [PickleHeap.Reference] = []
  private var marks: [Int] = []
  private var memo: [UInt64: PickleHeap.Reference] = [:]

  /// A machine at the beginning of some bytes.
  init(_ bytes: PickleBytes, of content: Content = .stateDict) { (self.bytes, self.content) = (bytes, content) }

  /// Reads the next pickle.
  ///
  /// - Returns: The value it stands for.
  /// - Throws: `FormatFault`, or `FileError` where the file cannot be read.
  mutating func next() throws -> PickleHeap.Reference {
    (stack, marks, memo) = ([], [], [:])
    while true {
      opcodeCount += 1
      guard opcodeCount <= Self.opcodeLimit else {
        throw FormatFault("its pickles have more than \(Self.opcodeLimit) opcodes", advice: "save the state dict alone")
      }
      let opcode = try bytes.byte(position)
      position += 1
      if opcode == UInt8(ascii: ".") { break }
      try run(opcode)
    }
    guard stack.count == 1, marks.isEmpty else { throw FormatFault("its pickle leaves \(stack.count) values") }
    return stack[0]
  }

  private mutating func run(_ opcode: UInt8) throws {
    switch opcode {
    case 0x80: try readProtocol()
    case UInt8(ascii: "("): try mark()
    case UInt8(ascii: "}"): try push(.dictionary([]))
    case UInt8(ascii: "]"): try push(.list([]))
    case UInt8(ascii: ")"): try push(.tuple([]))
    case UInt8(ascii: "t"): try push(.tuple(Array(try popMarked())))
    case 0x85: try push(.tuple([try pop()]))
    case 0x86, 0x87: try push(.tuple(Array(try popLast(Int(opcode) - 0x84))))
    case UInt8(ascii: "N"): try push(.none)
    case 0x88: try push(.bool(true))
    case 0x89: try push(.bool(false))
    case UInt8(ascii: "J"): try push(.integer(Int(Int32(truncatingIfNeeded: try number(4)))))
    case UInt8(ascii: "K"): try push(.integer(Int(try number(1))))
    case UInt8(ascii: "M"): try push(.integer(Int(try number(2))))
    case 0x8A: try readLong()
    case UInt8(ascii: "G"):
      _ = try number(8)
      try push(.real)
    case UInt8(ascii: "X"): try readText()
    case UInt8(ascii: "q"): try remember(try number(1))
    case UInt8(ascii: "r"): try remember(try number(4))
    case UInt8(ascii: "h"): try recall(try number(1))
    case UInt8(ascii: "j"): try recall(try number(4))
    case UInt8(ascii: "a"):
      let item = try pop()
      try heap.append([item], to: try top())
    case UInt8(ascii: "e"):
      let items = try popMarked()
      try heap.append(items, to: try top())
    case UInt8(ascii: "s"):
      let pair = try popLast(2)
      try heap.set(pair, in: try top())
    case UInt8(ascii: "u"):
      let items = try popMarked()
      try heap.set(items, in: try top())
    case UInt8(ascii: "c"): try readGlobal()
    case UInt8(ascii: "R"): try call()
    case UInt8(ascii: "b"): try build()
    case UInt8(ascii: "Q"): try readPersistent()
    case UInt8(ascii: "U") where content == .arrays, UInt8(ascii: "C") where content == .arrays:
      try readBytes(try number(1))
    case UInt8(ascii: "T") where content == .arrays, UInt8(ascii: "B") where content == .arrays:
      try readBytes(try number(4))
    default: throw PickleOpcode.refusal(of: opcode, at: position - 1, in: content)
    }
  }

  // MARK: The stack

  private mutating func push(_ value: PickleHeap.Value) throws(FormatFault) { stack.append(try heap.add(value)) }

  private var underflow: FormatFault {
    FormatFault("its pickle takes more from the stack than there is, at byte \(position - 1)")
  }

  private mutating func mark() throws(FormatFault) {
    guard marks.count < PickleHeap.depthLimit else {
      throw FormatFault("its pickle nests values more than \(PickleHeap.depthLimit) deep")
    }
    marks.append(stack.count)
  }

  private func top() throws(FormatFault) -> PickleHeap.Reference {
    guard let last = stack.last, stack.count > marks.last ?? 0 else { throw underflow }
    return last
  }

  private mutating func pop() throws(FormatFault) -> PickleHeap.Reference {
    let last = try top()
    stack.removeLast()
    return last
  }

  private mutating func popLast(_ count: Int) throws(FormatFault) -> ArraySlice<PickleHeap.Reference> {
    guard stack.count - (marks.last ?? 0) >= count else { throw underflow }
    let items = Array(stack.suffix(count))
    stack.removeLast(count)
    return items[...]
  }

  private mutating func popMarked() throws(FormatFault) -> ArraySlice<PickleHeap.Reference> {
    guard let mark = marks.popLast() else { throw underflow }
    let items = Array(stack[mark...])
    stack.removeLast(items.count)
    return items[...]
  }

  private mutating func remember(_ key: UInt64) throws(FormatFault) { memo[key] = try top() }

  private mutating func recall(_ key: UInt64) throws(FormatFault) {
    guard let reference = memo[key] else { throw FormatFault("its pickle recalls value \(key), which it never kept") }
    stack.append(reference)
  }

  // MARK: Arguments

  private mutating func number(_ count: Int) throws -> UInt64 {
    let result = try bytes.number(position, count)
    position += count
    return result
  }

  private mutating func readProtocol() throws {
    let version = try number(1)
    if content == .arrays {
      guard version == 2 || version == 3 else {
        throw FormatFault("it has a pickle of protocol \(version), and 2 and 3 are read")
      }
      return
    }
    guard version == 2 else {
      throw FormatFault(
        "it has a pickle of protocol \(version) where PyTorch writes 2",
        advice: "save it with torch.save's own protocol")
    }
  }

  private mutating func readLong() throws {
    let count = Int(try number(1))
    guard count <= 8 else {
      try bytes.need(position, count)
      position += count
      return try push(.largeInteger)
    }
    let places = UInt64(64 - 8 * count)
    // The last byte has the sign.
    let value = count == 0 ? 0 : Int64(bitPattern: try number(count) << places) >> Int64(places)
    try push(.integer(Int(value)))
  }

  private mutating func readText() throws {
    let count = Int(try number(4))
    try bytes.need(position, count)
    _ = try bytes.text(position..<position + count)
    try push(.text(position..<position + count))
    position += count
  }

  private mutating func readBytes(_ count: UInt64) throws {
    let count = Int(count)
    try bytes.need(position, count)
    try push(.bytes(position..<position + count))
    position += count
  }

  private mutating func readLine() throws -> String {
    let start = position
    while try bytes.byte(position) != UInt8(ascii: "\n") {
      position += 1
      guard position - start <= 1000 else { throw FormatFault("its pickle has a name of more than 1000 bytes") }
    }
    position += 1
    return try bytes.text(start..<position - 1)
  }

  private mutating func readGlobal() throws {
    let module = try readLine()
    try push(.global(module: module, name: try readLine()))
  }

  // MARK: Objects

  private mutating func call() throws(FormatFault) {
    let pair = Array(try popLast(2))
    guard case .tuple(let items) = heap.values[pair[1]] else {
      throw FormatFault("its pickle calls something with \(heap.kind(pair[1])) in place of arguments")
    }
    // The one class whose members matter.
    let isDictionary = items.isEmpty && heap.globalName(pair[0]) == "collections.OrderedDict"
    try push(isDictionary ? .dictionary([]) : .call(function: pair[0], arguments: pair[1]))
  }

  /// Keeps the attributes of an object beside it; those of dictionaries are notes about versions, and dropped.
  private mutating func build() throws(FormatFault) {
    let attributes = try pop()
    switch heap.values[try top()] {
    case .dictionary: break
    case .call: heap.setAttributes(attributes, of: try top())
    default: throw FormatFault("its pickle sets attributes of \(heap.kind(try top()))")
    }
  }

  private mutating func readPersistent() throws {
    let reference = try pop()
    guard case .tuple(let items) = heap.values[reference], let first = items.first,
      case .text(let range) = heap.values[first]
    else { throw FormatFault("its pickle refers to \(heap.kind(reference)) beside it, and not to a storage") }
    switch try bytes.text(range) {
    case "storage": try push(.persistent(items))
    case "module": throw PickleOpcode.wholeModel
    case let other: throw FormatFault("its pickle refers to \(other.quoted) beside it, and not to a storage")
    }
  }
}
