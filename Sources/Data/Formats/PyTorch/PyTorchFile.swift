public import Files

/// The tensors of a file that PyTorch's `torch.save` wrote, in either of its forms, read without running any of it.
///
/// Files are pickles, which are programs; this reader knows what state dicts consist of and refuses the rest
/// (`PickleMachine`). The whole structure is checked when the file is opened, numbers are read when they are asked for.
/// A zip file with one `.pth` file in it, a Python wheel for instance, is as good as that file.
public final class PyTorchFile {
  /// Where the file is.
  public let path: String
  /// All tensors, in the order of the state dict.
  public let names: [String]
  private let state: PyTorchStateDict
  private let container: PyTorchContainer
  /// Storages in zip files whose checksum was found right.
  private var checked: Set<String> = []

  /// The longest file that is taken out of another.
  private static let packedLimit = 1 << 30

  /// Opens and checks a file.
  ///
  /// - Parameters:
  ///   - path: The file; its content decides what it is.
  ///   - key: The member of the saved dictionary that is wanted. Without one it is `state_dict` or `model_state_dict` where
  ///     there is such a member, and else the whole.
  /// - Throws: `FileError` when it is missing, or anything but a state dict of tensors.
  public init(path: String, key: String? = nil) throws(FileError) {
    self.path = path
    (container, state) = try telling("'\(path)' is not a file of PyTorch that sagan reads") {
      let container = try Self.open(ByteSource(try InputFile(path: path)))
      return (container, try PyTorchStateDict(container, key: key))
    }
    names = state.names
  }

  private static func open(_ source: ByteSource, isPacked: Bool = false) throws -> PyTorchContainer {
    let head = try source.bytes(0..<min(source.byteCount, 512))
    if head.starts(with: PyTorchContainer.legacyMagic) { return try PyTorchContainer(legacy: source) }
    guard head.starts(with: [0x50, 0x4B, 3, 4]) else { throw PyTorchRefusal.fault(of: head) }
    let archive = try ZipArchive(source)
    let pickles = archive.members.filter { $0.name.hasSuffix("/data.pkl") }
    guard pickles.count < 2 else { throw FormatFault("it holds several pickles named 'data.pkl'") }
    if let pickle = pickles.first { return try PyTorchContainer(archive, pickle: pickle) }
    let files = archive.members.filter { $0.name.hasSuffix(".pth") || $0.name.hasSuffix(".pt") }
    guard files.count == 1, !isPacked else {
      throw FormatFault(
        "it is a zip file with \(files.count) .pth files", advice: "name a file of weights, or a zip with one in it")
    }
    let bytes = try archive.bytes(of: files[0], limit: packedLimit)
    return try open(ByteSource(bytes, name: source.name), isPacked: true)
  }

  // MARK: Tensors

  /// The extents of a tensor.
  public func shape(of name: String) throws(FileError) -> [Int] { try tensor(name).shape }

  /// The number type of a tensor.
  public func type(of name: String) throws(FileError) -> PyTorchType { try tensor(name).storage.claim.type }

  /// The numbers of a tensor of any precision, in single precision.
  ///
  /// - Parameters:
  ///   - name: Which tensor.
  ///   - shape: The extents it must have; any where `nil`.
  /// - Returns: All elements, the outermost axis first.
  /// - Throws: `FileError` when there is no such tensor, or not of that shape, or of whole numbers.
  public func floats(_ name: String, shape: [Int]? = nil) throws(FileError) -> [Float] {
    if let tensor = state.tensors[name], tensor.storage.claim.type == .float32, tensor.isContiguous,
      shape == nil || tensor.shape == shape, tensor.count > 0
    {
      try check(tensor.storage)
      try expectMemory(tensor.count * 4, for: "\(name.quoted) in '\(path)'")
      return try filled(tensor.count) { (memory: UnsafeMutableRawBufferPointer) throws(FileError) in
        try container.source.read(into: memory, at: tensor.storage.offset + 4 * tensor.offset)
      }
    }
    return try numbers(name, shape, isReal: true) { type, bytes, offset in type.real(bytes, offset) }
  }

  /// The numbers of a tensor of whole numbers.
  ///
  /// - Parameters:
  ///   - name: Which tensor.
  ///   - shape: The extents it must have; any where `nil`.
  /// - Returns: All elements, the outermost axis first.
  /// - Throws: `FileError` when there is no such tensor, or not of that shape, or of numbers with a fraction.
  public func integers(_ name: String, shape: [Int]? = nil) throws(FileError) -> [Int] {
    try numbers(name, shape, isReal: false) { type, bytes, offset in type.integer(bytes, offset) }
  }

  /// SHA-256 of the file, or of the one in it: the name that published weights are known by.
  public func sha256() throws(FileError) -> String { try container.source.sha256() }

  private func tensor(_ name: String) throws(FileError) -> PyTorchStateDict.Tensor {
    guard let tensor = state.tensors[name] else {
      let shown = names.prefix(4).map(\.quoted).joined(separator: ", ")
      throw FileError(
        .malformed,
        "expected a tensor '\(name)' in '\(path)' and found \(names.count) others (\(shown) …); check that the file "
          + "belongs to this network")
    }
    return tensor
  }

  private func numbers<Number: BitwiseCopyable>(
    _ name: String, _ shape: [Int]?, isReal: Bool,
    _ number: (_ type: PyTorchType, _ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Number
  ) throws(FileError) -> [Number] {
    let tensor = try tensor(name)
    let type = tensor.storage.claim.type
    guard type.isReal == isReal, shape == nil || tensor.shape == shape else {
      let wanted = shape.map { "\($0)" } ?? "any shape"
      throw FileError(
        .malformed,
        "expected '\(name)' in '\(path)' to be \(isReal ? "floating-point" : "whole") numbers of \(wanted) and found "
          + "\(type.name) of \(tensor.shape); check that the file belongs to this network")
    }
    guard tensor.count > 0 else { return [] }
    try check(tensor.storage)
    let span = zip(tensor.shape, tensor.strides).reduce(1) { $0 + ($1.0 - 1) * $1.1 }
    let start = tensor.storage.offset + tensor.offset * type.size
    try expectMemory((span + tensor.count) * 8, for: "\(name.quoted) in '\(path)'")
    let bytes = try container.source.bytes(start..<start + span * type.size)
    return bytes.withUnsafeBytes { memory in
      if tensor.isContiguous { return (0..<tensor.count).map { number(type, memory, $0 * type.size) } }
      return tensor.offsets.map { number(type, memory, $0 * type.size) }
    }
  }

  /// Compares the checksum that a zip file has for a storage, once.
  private func check(_ storage: PyTorchStorage) throws(FileError) {
    guard let archive = container.archive, let member = storage.member, checked.insert(member.name).inserted else {
      return
    }
    try archive.reader(of: member).skip(member.byteCount)
  }
}
