public import Files

/// Named tensors of a network in a file of any of the formats that hold them.
public protocol WeightsFile: AnyObject {
  /// Where the file is.
  var path: String { get }
  /// All tensors.
  var names: [String] { get }
  /// The extents of a tensor.
  func shape(of name: String) throws(FileError) -> [Int]
  /// The numbers of a tensor in single precision, whatever precision they are stored in.
  ///
  /// - Parameters:
  ///   - name: Which tensor.
  ///   - shape: The extents it must have; any where `nil`.
  /// - Returns: All elements, the outermost axis first.
  /// - Throws: `FileError` when there is no such tensor, or not of that shape.
  func singles(_ name: String, shape: [Int]?) throws(FileError) -> [Float]
  /// SHA-256 of the file.
  func sha256() throws(FileError) -> String
}

extension PyTorchFile: WeightsFile {
  /// The numbers of a tensor of any precision, in single precision.
  public func singles(_ name: String, shape: [Int]?) throws(FileError) -> [Float] { try floats(name, shape: shape) }
}

extension SafetensorsFile: WeightsFile {
  /// SHA-256 of the file, the name that published weights are known by.
  public func sha256() throws(FileError) -> String { try ByteSource(try InputFile(path: path)).sha256() }
}

/// Opens files of weights by what they hold.
public enum WeightsFiles {
  /// Opens a file of PyTorch in either form, a zip file or wheel with one in it, or a safetensors file.
  ///
  /// - Parameters:
  ///   - path: The file; its ending does not matter.
  ///   - key: The member of the saved dictionary that is wanted, of PyTorch's files alone.
  /// - Returns: The file, whose structure was checked.
  /// - Throws: `FileError` when it is missing or none of these.
  public static func open(path: String, key: String? = nil) throws(FileError) -> any WeightsFile {
    let head = try InputFile(path: path).head(9)
    // The length of the header comes first, and it is an object of JSON.
    if head.count == 9, head[8] == UInt8(ascii: "{"), head[4..<8].allSatisfy({ $0 == 0 }) {
      return try SafetensorsFile(path: path)
    }
    return try PyTorchFile(path: path, key: key)
  }
}
