import Extractors
import Files
import Formats

/// Weights that any program can make: number i of a tensor is a hash of the tensor's name and i.
///
/// `Tests/pytorch/feature_networks.py` makes the same bits. Filters keep the variance of what they read behind a ReLU (He and others 2015);
/// normalizations are near the identity.
final class HashedWeights: WeightsFile {
  let path = "hashed weights"
  var tensors: [FeatureNetwork.FileTensor]
  /// Numbers that take the place of hashed ones.
  var replaced: [String: [Float]] = [:]

  init(tensors: [FeatureNetwork.FileTensor]) { self.tensors = tensors }

  var names: [String] { tensors.map(\.name) }

  func shape(of name: String) throws(FileError) -> [Int] { tensors.first { $0.name == name }?.shape ?? [] }

  func sha256() throws(FileError) -> String { "hashed" }

  func singles(_ name: String, shape wanted: [Int]? = nil) throws(FileError) -> [Float] {
    if let numbers = replaced[name] { return numbers }
    let shape = try shape(of: name)
    let count = shape.reduce(1, *)
    let (low, high) = Self.range(name, shape)
    return Self.uniform(name, count).map { Float(low + (high - low) * $0) }
  }

  /// Pictures in −1…1.
  static func pictures(_ count: Int) -> [Float] { uniform("pictures", count).map { Float(2 * $0 - 1) } }

  /// Where the numbers of a tensor lie.
  private static func range(_ name: String, _ shape: [Int]) -> (Double, Double) {
    if shape.count > 1 {
      let bound = (6 / Double(shape.dropFirst().reduce(1, *))).squareRoot()
      return (-bound, bound)
    }
    return name.hasSuffix("running_var") || name.hasSuffix("weight") ? (0.75, 1.25) : (-0.125, 0.125)
  }

  /// Numbers in 0 ..< 1: splitmix64 (Steele, Lea and Flood 2014), from an FNV-1a hash of the name on.
  private static func uniform(_ name: String, _ count: Int) -> [Double] {
    var key: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { key = (key ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return (0..<count).map { index in
      var x = key &+ UInt64(index + 1) &* 0x9e37_79b9_7f4a_7c15
      x = (x ^ x >> 30) &* 0xbf58_476d_1ce4_e5b9
      x = (x ^ x >> 27) &* 0x94d0_49bb_1331_11eb
      x ^= x >> 31
      return Double(x >> 11) / 0x1p53
    }
  }
}
