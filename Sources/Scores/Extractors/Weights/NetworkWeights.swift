internal import Files
internal import Formats

/// The weights of a network, checked against its table before any of them is read.
struct NetworkWeights {
  /// Filters and biases of a convolution with its normalization folded in.
  struct Folded {
    var filters: [Float]
    var bias: [Float]
  }

  let table: NetworkTable
  private let file: any WeightsFile
  /// Whether the file has the classifier.
  let hasClassifier: Bool

  /// Checks names and shapes.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - table: The network that it should belong to.
  /// - Throws: `FileError` that names what is missing, what is too much, or what has another shape.
  init(_ file: any WeightsFile, for table: NetworkTable) throws(FileError) {
    (self.file, self.table) = (file, table)
    let names = Set(file.names)
    let classifier = table.classifierTensors(features: table.featureCount)
    hasClassifier = !table.classifierIsOptional || classifier.contains { names.contains($0.name) }
    var wanted = table.wantedTensors
    if !hasClassifier { wanted.removeLast(classifier.count) }
    if let missing = wanted.first(where: { !names.contains($0.name) }) {
      throw refusal("it has no tensor '\(missing.name)' among its \(names.count)")
    }
    let extra = names.subtracting(wanted.map(\.name)).subtracting(table.counters)
    if let name = extra.sorted().first {
      throw refusal(
        "it has \(extra.count == 1 ? "a tensor" : "\(extra.count) tensors") too many, '\(name.shown)'"
          + (extra.count == 1 ? "" : " the first"))
    }
    for tensor in wanted {
      let shape = try file.shape(of: tensor.name)
      if shape != tensor.shape {
        throw refusal("'\(tensor.name)' has the shape \(shape), expected \(tensor.shape)")
      }
    }
  }

  /// The classifier's weights `[classes, features]` and biases.
  func readClassifier() throws(FileError) -> Folded {
    Folded(
      filters: try finite(table.classifier.name + ".weight"), bias: try finite(table.classifier.name + ".bias"))
  }

  /// A convolution's filters with its normalization folded in.
  ///
  /// γ · (w ∗ x − µ) / √(σ² + ε) + β = (s · w) ∗ x + (β − s · µ) with s = γ / √(σ² + ε), computed in double precision.
  func fold(_ layer: ConvolutionLayer) throws(FileError) -> Folded {
    let name = layer.normalization
    let (gains, shifts) = (try finite("\(name).weight"), try finite("\(name).bias"))
    let (means, variances) = (try finite("\(name).running_mean"), try finite("\(name).running_var"))
    if let index = variances.firstIndex(where: { $0 < 0 }) {
      throw refusal("'\(name).running_var' holds \(variances[index]) at \(index), and no variance is negative")
    }
    let scales = zip(gains, variances).map { Double($0) / (Double($1) + table.epsilon).squareRoot() }
    var filters = try finite(layer.filters + ".weight")
    let count = filters.count / layer.outputs
    for i in filters.indices { filters[i] = Float(Double(filters[i]) * scales[i / count]) }
    let bias = (0..<layer.outputs).map { Float(Double(shifts[$0]) - scales[$0] * Double(means[$0])) }
    return Folded(filters: filters, bias: bias)
  }

  private func finite(_ name: String) throws(FileError) -> [Float] {
    let numbers = try file.singles(name, shape: nil)
    if let index = numbers.firstIndex(where: { !$0.isFinite }) {
      throw refusal("'\(name)' holds \(numbers[index]) at \(index)")
    }
    return numbers
  }

  private func refusal(_ found: String) -> FileError {
    FileError(
      .malformed,
      "'\(file.path)' does not hold the weights of \(table.title): \(found); expected the tensors of "
        + table.origin)
  }
}
