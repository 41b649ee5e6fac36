package import Files
internal import Formats

extension NetworkExtractor {
  /// An extractor with weights that mean nothing, for measurements of speed.
  ///
  /// - Parameters:
  ///   - network: The network.
  ///   - threads: Most threads of a pool.
  /// - Throws: Nothing but what a file would.
  package convenience init(untrained network: FeatureNetwork, threads: Int) throws(FileError) {
    try self.init(network, UntrainedWeights(network), threads: threads)
  }
}

/// Weights as a network might have them at its start, in place of a file.
private final class UntrainedWeights: WeightsFile {
  let path = "untrained weights"
  private let tensors: [String: [Int]]

  init(_ network: FeatureNetwork) {
    tensors = Dictionary(uniqueKeysWithValues: network.tensors.map { ($0.name, $0.shape) })
  }

  var names: [String] { Array(tensors.keys) }

  func shape(of name: String) throws(FileError) -> [Int] { tensors[name] ?? [] }

  /// Filters as large as keep the numbers of a ReLU's maps as large as they were; means near 0, variances and gains near 1.
  func singles(_ name: String, shape: [Int]?) throws(FileError) -> [Float] {
    let extents = tensors[name] ?? []
    let count = extents.reduce(1, *)
    let isFilter = extents.count > 1
    let isPositive = name.hasSuffix("running_var") || name.hasSuffix("weight")
    let bound = isFilter ? (6 / Double(max(1, count / extents[0]))).squareRoot() : isPositive ? 0.25 : 0.125
    let middle = !isFilter && isPositive ? 1.0 : 0
    // Multiples of the golden ratio's part behind the point spread evenly between 0 and 1, and repeat in no row of filters.
    return (0..<count).map { index in
      let place = (Double(index) * 0.618_033_988_749_894_8).truncatingRemainder(dividingBy: 1)
      return Float(middle + bound * (2 * place - 1))
    }
  }

  func sha256() throws(FileError) -> String { "untrained" }
}
