internal import Files

/// Weights that are spectrally normalized, under the names that `torch.nn.utils.spectral_norm` or a class of mimicry gives them.
///
/// The former stores u and v with the weight that they belong to, and evaluates with these; the latter stores u and makes one more power
/// iteration, which it does not keep.
extension PeerFile {
  /// Whether a module has a weight, normalized or not.
  func hasWeight(_ module: String) -> Bool { has(module + ".weight") || has(module + ".weight_orig") }

  /// Whether a module's weight is normalized.
  func isNormalized(_ module: String) -> Bool { has(module + ".weight_orig") || has(module + ".sn_u") }

  private func weightName(_ module: String) -> String {
    module + (has(module + ".weight_orig") ? ".weight_orig" : ".weight")
  }

  /// The extents of a module's weight.
  func weightShape(_ module: String, axes: Int) throws(FileError) -> [Int] {
    try shape(weightName(module), axes: axes)
  }

  /// A module's weight, which is not divided by its spectral norm.
  func weight(_ module: String, _ shape: [Int]) throws(FileError) -> [Float] {
    try numbers(weightName(module), shape)
  }

  /// u, v or σ of a module's weight, as the peer evaluates with them.
  ///
  /// - Parameters:
  ///   - leaf: Which of them.
  ///   - module: The module.
  /// - Returns: The numbers.
  /// - Throws: `FileError` if they are missing or of other extents.
  func spectrum(_ leaf: String, _ module: String) throws(FileError) -> [Float] {
    let numbers = try self.numbers(weightName(module))
    let rows = try anyShape(weightName(module)).first ?? 1
    let matrix = RowMatrix(numbers, rows: rows)
    var u: [Double] = []
    var v: [Double] = []
    if has(module + ".weight_orig") {
      u = try self.numbers(module + ".weight_u", [rows]).map(Double.init)
      v = try self.numbers(module + ".weight_v", [matrix.columns]).map(Double.init)
    } else {
      v = matrix.right(of: try self.numbers(module + ".sn_u", [1, rows]).map(Double.init))
      u = RowMatrix.unit(matrix.times(v))
    }
    switch leaf {
    case "u": return u.map { Float($0) }
    case "v": return v.map { Float($0) }
    default: return [Float(zip(u, matrix.times(v)).reduce(0) { $0 + $1.0 * $1.1 })]
    }
  }
}
