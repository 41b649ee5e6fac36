internal import Files

/// One of the two forms of PyTorch's files: a pickle, and where the storages are that it refers to.
struct PyTorchContainer {
  let machine: PickleMachine
  /// What was saved.
  let root: PickleHeap.Reference
  let storages: [String: PyTorchStorage]
  let source: ByteSource
  /// The zip file that holds the storages, in the newer form.
  let archive: ZipArchive?

  // MARK: Since torch 1.6: a zip file of stored members

  /// Opens the newer form.
  ///
  /// - Parameters:
  ///   - archive: A zip file.
  ///   - pickle: Its member `data.pkl`.
  /// - Throws: `FormatFault` for what is wrong with it, and `FileError`.
  init(_ archive: ZipArchive, pickle: ZipArchive.Member) throws {
    self.archive = archive
    source = archive.source
    let root = String(pickle.name.dropLast("data.pkl".count))
    let parts = archive.members.filter { $0.name.hasPrefix(root) }
    if parts.contains(where: { $0.name.hasPrefix(root + "code/") || $0.name == root + "constants.pkl" }) {
      throw FormatFault(
        "it is TorchScript, a program with its numbers",
        advice: "save a state dict with torch.save(model.state_dict(), …)")
    }
    if let compressed = archive.members.first(where: { !$0.isStored }) {
      throw FormatFault(
        "its member \(compressed.name.quoted) is compressed, and torch.save stores them as they are",
        advice: "use the file as PyTorch wrote it")
    }
    if let order = archive[root + "byteorder"] {
      guard try archive.bytes(of: order, limit: 16) == Array("little".utf8) else {
        throw FormatFault("its numbers have the most significant byte first", advice: "save it on another machine")
      }
    }
    let start = try archive.start(of: pickle)
    guard pickle.byteCount <= PickleBytes.usualLimit else {
      throw FormatFault(
        "its pickle is longer than \(mebibytes(PickleBytes.usualLimit)) MiB", advice: "save the state dict alone")
    }
    try archive.reader(of: pickle).skip(pickle.byteCount)
    var machine = PickleMachine(PickleBytes(source, start..<start + pickle.byteCount))
    self.root = try machine.next()
    self.machine = machine
    guard machine.position == pickle.byteCount else {
      throw FormatFault("its pickle is followed by \(pickle.byteCount - machine.position) bytes that nothing refers to")
    }
    storages = try Self.storages(try PyTorchStorage.claims(machine), archive, folder: root + "data/", parts)
  }

  private static func storages(
    _ claims: [String: PyTorchStorage.Claim], _ archive: ZipArchive, folder: String, _ parts: [ZipArchive.Member]
  ) throws -> [String: PyTorchStorage] {
    for part in parts where part.name.hasPrefix(folder) && claims[String(part.name.dropFirst(folder.count))] == nil {
      throw FormatFault("nothing refers to its member \(part.name.quoted)")
    }
    var result: [String: PyTorchStorage] = [:]
    for (key, claim) in claims.sorted(by: { $0.key < $1.key }) {
      guard let member = archive[folder + key] else { throw FormatFault("its storage \(key.quoted) is missing") }
      guard member.byteCount == claim.count * claim.type.size else {
        throw FormatFault(
          "its storage \(key.quoted) has \(member.byteCount) bytes and \(claim.count) numbers of \(claim.type.size)")
      }
      result[key] = PyTorchStorage(claim: claim, offset: try archive.start(of: member), member: member)
    }
    return result
  }

  // MARK: Before: five pickles, and the numbers behind them

  /// What the older form begins with: the pickles of 0x1950A86A20F9469CFC6C and of 1001.
  static let legacyMagic: [UInt8] = [
    0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
    0x80, 2, 0x4D, 0xE9, 3, 0x2E,
  ]

  /// Opens the older form, whose beginning was compared already.
  init(legacy source: ByteSource) throws {
    self.source = source
    archive = nil
    var machine = PickleMachine(PickleBytes(source, 0..<source.byteCount))
    for _ in 0..<2 { _ = try machine.next() }
    try Self.checkSystem(try machine.next(), machine)
    root = try machine.next()
    let claims = try PyTorchStorage.claims(machine)
    let list = try machine.next()
    guard case .list(let items) = machine.heap.values[list] else {
      throw FormatFault("it lacks the list of its storages")
    }
    var keys: [String] = []
    for item in items {
      guard case .text(let range) = machine.heap.values[item] else {
        throw FormatFault("its list of storages holds \(machine.heap.kind(item))")
      }
      keys.append(try machine.bytes.text(range))
    }
    self.machine = machine
    storages = try Self.storages(keys, claims, source, from: machine.position)
  }

  private static func checkSystem(_ reference: PickleHeap.Reference, _ machine: PickleMachine) throws(FormatFault) {
    guard case .dictionary(let members) = machine.heap.values[reference] else {
      throw FormatFault("it lacks the description of the system that wrote it")
    }
    for (key, value) in members {
      if case .text(let range) = machine.heap.values[key], try machine.bytes.text(range) == "little_endian",
        case .bool(false) = machine.heap.values[value]
      {
        throw FormatFault("its numbers have the most significant byte first", advice: "save it on another machine")
      }
    }
  }

  /// Storages follow each other to the end of the file, each behind the count of its numbers.
  private static func storages(
    _ keys: [String], _ claims: [String: PyTorchStorage.Claim], _ source: ByteSource, from start: Int
  ) throws -> [String: PyTorchStorage] {
    var result: [String: PyTorchStorage] = [:]
    var position = start
    for key in keys {
      guard let claim = claims[key] else { throw FormatFault("nothing refers to its storage \(key.quoted)") }
      guard result[key] == nil else { throw FormatFault("it lists storage \(key.quoted) twice") }
      guard source.byteCount - position >= 8 else { throw FormatFault("it ends before its storage \(key.quoted)") }
      let count = LittleEndian(try source.bytes(position..<position + 8)).number(0, 8)
      guard count == claim.count else {
        throw FormatFault(
          "its storage \(key.quoted) has \(count.map { "\($0)" } ?? "an impossible count of") numbers where \(claim.count) "
            + "are expected")
      }
      position += 8
      guard claim.count * claim.type.size <= source.byteCount - position else {
        throw FormatFault("it ends within its storage \(key.quoted); it is truncated")
      }
      result[key] = PyTorchStorage(claim: claim, offset: position, member: nil)
      position += claim.count * claim.type.size
    }
    if let key = claims.keys.filter({ result[$0] == nil }).min() {
      throw FormatFault("its storage \(key.quoted) is missing from the list of storages")
    }
    guard position == source.byteCount else {
      throw FormatFault("\(grouped(source.byteCount - position)) bytes follow its last storage")
    }
    return result
  }
}
