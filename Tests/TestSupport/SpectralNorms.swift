public import Kernels
public import Layers
internal import Tensors

extension Weights<Double> {
  /// Sets σ = uᵀWv for the present parameters, u and v as they are.
  ///
  /// All three are taken in file order, where W is `[outputs, inputs]` for every kind of layer.
  public func refreshSpectralNorms() {
    func entry(_ name: String, _ arena: Arena<Double>) -> ArenaLayout.Entry? {
      arena.layout.entries.first { $0.name == name }
    }
    for sigma in spectra.layout.entries where sigma.name.hasSuffix(".sigma") {
      let layer = sigma.name.dropLast(".sigma".count)
      guard let u = entry(layer + ".u", spectra), let v = entry(layer + ".v", spectra),
        let w = entry(layer + ".weight", parameters)
      else { preconditionFailure("\(layer) has a spectral norm but no weight or no vectors") }
      let (rows, columns, matrix) = (spectra.fileOrder(u), spectra.fileOrder(v), parameters.fileOrder(w))
      var sum = 0.0
      for o in rows.indices {
        for i in columns.indices { sum += rows[o] * columns[i] * matrix[o * columns.count + i] }
      }
      spectra.values[sigma.range.lowerBound] = sum
    }
  }
}
