internal import Files
internal import Formats
internal import Kernels

/// A file of a peer's weights, which remembers what of it was used.
final class PeerFile {
  private let file: any WeightsFile
  private let all: Set<String>
  private var used: Set<String> = []

  /// Opens a file of PyTorch or safetensors; the whole structure is checked, and no number is read.
  init(path: String) throws(FileError) {
    file = try WeightsFiles.open(path: path)
    all = Set(file.names)
  }

  /// Where the file is.
  var path: String { file.path }

  /// Its tensors.
  var names: [String] { file.names }

  /// The tensors that nothing was made of, in the order of the file.
  var rest: [String] { file.names.filter { !used.contains($0) } }

  /// SHA-256 of the file.
  func sha256() throws(FileError) -> String { try file.sha256() }

  /// Whether there is a tensor of a name.
  func has(_ name: String) -> Bool { all.contains(name) }

  /// The extents of a tensor, which has to have so many axes, none of them empty.
  func shape(_ name: String, axes: Int) throws(FileError) -> [Int] {
    let shape = try file.shape(of: name)
    guard shape.count == axes, shape.allSatisfy({ $0 > 0 }) else {
      throw refusal("its '\(name)' has the extents \(shape) where \(counted(axes, "extent")) above 0 are expected")
    }
    return shape
  }

  /// The extents of a tensor.
  func anyShape(_ name: String) throws(FileError) -> [Int] { try file.shape(of: name) }

  /// The numbers of a tensor that has one of some shapes.
  ///
  /// - Parameters:
  ///   - name: Which tensor.
  ///   - shapes: The extents it may have, all of as many numbers; any where there are none.
  /// - Returns: All elements, the outermost axis first.
  /// - Throws: `FileError` when there is no such tensor, or not of these shapes, or numbers of it are NaN or infinite.
  func numbers(_ name: String, _ shapes: [Int]...) throws(FileError) -> [Float] {
    let found = try file.shape(of: name)
    let numbers = try file.singles(name, shape: shapes.contains(found) ? found : shapes.first)
    used.insert(name)
    guard numbers.withUnsafeBufferPointer({ $0.baseAddress.map { areFinite($0, count: numbers.count) } ?? true }) else {
      throw refusal("its '\(name)' has NaN or infinite numbers", advice: "use another checkpoint")
    }
    return numbers
  }

  /// The error of a file that cannot be used, with a clause that says why.
  func refusal(_ clause: String, advice: String = "see docs/interchange.md for what can be imported") -> FileError {
    FileError(.malformed, "'\(path)' cannot be imported: \(clause); \(advice)")
  }
}
