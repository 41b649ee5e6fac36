package import Files
package import Formats

/// A file of tensors by name, in whatever format: what an extractor's weights are read from.
package protocol NamedTensors {
  /// Where the file is.
  var path: String { get }
  /// The names of all tensors.
  var names: [String] { get }

  /// The extents of a tensor.
  ///
  /// - Parameter name: One of `names`.
  /// - Returns: The extents, outermost first.
  /// - Throws: `FileError` where the file is not what it seemed.
  func shape(of name: String) throws(FileError) -> [Int]

  /// The numbers of a tensor in single precision.
  ///
  /// - Parameter name: One of `names`.
  /// - Returns: All numbers, the outermost axis first.
  /// - Throws: `FileError` where they cannot be read or are not of such a type.
  func numbers(of name: String) throws(FileError) -> [Float]
}

extension SafetensorsFile: NamedTensors {
  /// The numbers of a single-precision tensor.
  ///
  /// - Parameter name: One of `names`.
  /// - Returns: All numbers, the outermost axis first.
  /// - Throws: `FileError` where they cannot be read or are of another type.
  package func numbers(of name: String) throws(FileError) -> [Float] { try floats(name) }
}
