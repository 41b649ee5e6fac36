internal import Files
internal import Formats
internal import Kernels
internal import Tensors
internal import Threads

/// The spectral norm that a file says a weight has, and the one that the weight has.
public struct SpectrumSummary: Encodable, Sendable, Equatable {
  /// The layer's name; its weight is `layer.weight`.
  public let layer: String
  /// The stored σ, by which the network divides the weight.
  public let sigma: Double
  /// uᵀWv of the stored u and v: what σ should be.
  public let product: Double
  /// The largest singular value, by power iterations from the stored u.
  public let norm: Double

  /// Power iterations at most.
  private static let iterations = 100

  /// Sums up one layer; `nil` where the file does not have all four tensors.
  init?(_ layer: String, of file: SafetensorsFile, pool: WorkerPool) throws(FileError) {
    let names = [".weight", ".u", ".v", ".sigma"].map { layer + $0 }
    guard names.allSatisfy(file.names.contains) else { return nil }
    self.layer = layer
    let rows = try file.shape(of: names[1]).reduce(1, *)
    let columns = try file.shape(of: names[2]).reduce(1, *)
    let numbers = try file.floats(names[0])
    guard numbers.count == rows * columns, !numbers.isEmpty else { return nil }
    let workspace = Workspace()
    func tensor(_ numbers: [Float], _ shape: Shape) -> Tensor<Float> {
      let result: Tensor<Float> = workspace.tensor(shape)
      _ = result.elements.update(fromContentsOf: numbers)
      return result
    }
    let weight = tensor(numbers, Shape(rows, columns))
    let u = tensor(try file.floats(names[1]), Shape(rows))
    let v = tensor(try file.floats(names[2]), Shape(columns))
    sigma = Double(try file.floats(names[3], shape: [1])[0])
    product = (0..<rows).reduce(0) { sum, row in
      sum + Double(u.base[row]) * innerProduct(weight[rows: row..<row + 1], v)
    }
    let matrix = SpectralMatrix(weight: weight, order: .outputsByInputs, u: u, v: v)
    let scratch: Tensor<Float> = workspace.tensor(Shape(rows))
    var (norm, isSettled) = (product, false)
    for _ in 0..<Self.iterations where !isSettled {
      let next = Double(powerIteration(matrix, epsilon: 1e-8, scratch: scratch, pool: pool))
      // What is no number settles it, too.
      isSettled = !(abs(next - norm) > 1e-7 * abs(next))
      norm = next
    }
    self.norm = norm
    withExtendedLifetime(workspace) {}
  }

  /// Whether σ belongs to another weight than this one.
  public var isStale: Bool { abs(sigma - product) > 1e-3 * abs(sigma) }
}
