internal import Files

/// The names in a group and what they lead to, in either of the forms that files have for few names.
struct HDF5Group {
  /// What a name leads to.
  enum Target {
    /// An object at an address of this file.
    case object(UInt64)
    /// Another name, in this or in another file.
    case link(String)
  }

  /// The most names that a group may have.
  private static let limit = 10_000

  private(set) var names: [String] = []
  private(set) var targets: [String: Target] = [:]
  private let file: HDF5Bytes
  /// Entries of the tree and of its leaves: at most as many as there may be names, and nodes half full.
  private var steps = HDF5Walk("tree of names", entryLimit: 4 * limit)

  /// Reads the names of a group.
  init(_ file: HDF5Bytes, _ header: HDF5Header) throws {
    self.file = file
    if var table = try header.only(HDF5Header.Kind.symbolTable) {
      let (tree, heap) = (try table.number(8), try table.number(8))
      try readTree(tree, heap: try Heap(file, heap), below: 256)
      return
    }
    if var info = try header.only(HDF5Header.Kind.linkInfo) {
      try info.skip(1)
      let flags = try info.integer(1)
      try info.skip(flags & 1 == 0 ? 0 : 8)
      guard try info.number(8) == HDF5Bytes.undefined else {
        throw FormatFault("its list of names has the form for many", advice: HDF5File.rewrite)
      }
    }
    for message in header.messages where message.kind == HDF5Header.Kind.link {
      guard !message.isShared else { throw FormatFault("one of its links is shared", advice: HDF5File.rewrite) }
      try readLink(HDF5Fields(message.content, "link"))
    }
  }

  private mutating func add(_ name: [UInt8], _ target: Target) throws(FormatFault) {
    guard let name = String(validating: name, as: UTF8.self), !name.isEmpty else {
      throw FormatFault("it has a name that is not UTF-8")
    }
    guard targets.updateValue(target, forKey: name) == nil else {
      throw FormatFault("it has the name \(name.quoted) twice")
    }
    guard names.count < Self.limit else { throw FormatFault("it has more than \(grouped(Self.limit)) names") }
    names.append(name)
  }

  private mutating func readLink(_ message: HDF5Fields) throws {
    var fields = message
    let version = try fields.integer(1)
    guard version == 1 else { throw FormatFault("its link is of version \(version)") }
    let flags = try fields.integer(1)
    let kind = flags & 8 == 0 ? 0 : try fields.integer(1)
    try fields.skip((flags & 4 == 0 ? 0 : 8) + (flags & 16 == 0 ? 0 : 1))
    let count = try fields.number(1 << (flags & 3))
    let name = try fields.take(Int(min(count, 1 << 20)))
    switch kind {
    case 0: try add(name, .object(try fields.number(8)))
    case 1: try add(name, .link("a soft link"))
    case 64: try add(name, .link("a link to another file"))
    default: try add(name, .link("a link of kind \(kind)"))
    }
  }

  // MARK: The old form: a tree, its leaves, and a heap of names

  /// Where names are.
  private struct Heap {
    private let bytes: [UInt8]

    init(_ file: HDF5Bytes, _ address: UInt64) throws {
      var fields = try file.read(address, 32, "heap of names")
      try fields.expect("HEAP")
      try fields.skip(4)
      let count = try fields.length()
      try fields.skip(8)
      guard count <= 1 << 20 else { throw FormatFault("its heap of names would have \(grouped(count)) bytes") }
      bytes = try file.read(try fields.number(8), count, "heap of names").bytes
    }

    func name(_ offset: UInt64) throws(FormatFault) -> [UInt8] {
      guard let start = Int(exactly: offset), start < bytes.count,
        let end = bytes[start...].firstIndex(of: 0)
      else { throw FormatFault("one of its names lies outside of its heap of names") }
      return Array(bytes[start..<end])
    }
  }

  private mutating func readTree(_ address: UInt64, heap: Heap, below: Int) throws {
    var node = try file.read(address, 24, "tree of names")
    try node.expect("TREE")
    let (kind, level, count) = (try node.integer(1), try node.integer(1), try node.integer(2))
    guard kind == 0, level < below else { throw FormatFault("its tree of names is damaged") }
    try steps.enter(address, entries: count)
    var entries = try file.read(address + 24, 16 * count, "tree of names")
    for _ in 0..<count {
      try entries.skip(8)
      let child = try entries.number(8)
      if level > 0 { try readTree(child, heap: heap, below: level) } else { try readLeaf(child, heap: heap) }
    }
  }

  private mutating func readLeaf(_ address: UInt64, heap: Heap) throws {
    var leaf = try file.read(address, 8, "leaf of names")
    try leaf.expect("SNOD")
    try leaf.skip(2)
    let count = try leaf.integer(2)
    try steps.enter(address, entries: count)
    var entries = try file.read(address + 8, 40 * count, "leaf of names")
    for _ in 0..<count {
      let (name, object, cache) = (try entries.number(8), try entries.number(8), try entries.integer(4))
      try entries.skip(20)
      try add(try heap.name(name), cache == 2 ? .link("a soft link") : .object(object))
    }
  }
}
