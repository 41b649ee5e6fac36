import Extractors
import Files
import Formats
import TestSupport

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
    return HashedNumbers.uniform(name, count).map { Float(low + (high - low) * $0) }
  }

  /// Pictures in −1…1.
  static func pictures(_ count: Int) -> [Float] { HashedNumbers.uniform("pictures", count).map { Float(2 * $0 - 1) } }

  /// Where the numbers of a tensor lie.
  private static func range(_ name: String, _ shape: [Int]) -> (Double, Double) {
    if shape.count > 1 {
      let bound = (6 / Double(shape.dropFirst().reduce(1, *))).squareRoot()
      return (-bound, bound)
    }
    return name.hasSuffix("running_var") || name.hasSuffix("weight") ? (0.75, 1.25) : (-0.125, 0.125)
  }
}
