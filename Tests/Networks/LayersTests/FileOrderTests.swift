import Kernels
import Layers
import Tensors
import TestSupport
import Testing

/// The names and extents under which layers file their numbers: PyTorch's.
@Suite struct FileOrderTests {
  private func files(_ build: (NetworkBuilder<Double>) -> Void) -> [String: [Int]] {
    let plan = NetworkBuilder<Double>(samples: 1, shards: 1, isSpectrallyNormalized: true)
    build(plan)
    let entries = plan.parameters.entries + plan.statistics.entries + plan.spectra.entries
    return Dictionary(uniqueKeysWithValues: entries.map { ($0.name, $0.fileShape) })
  }

  @Test func convolutions() {
    let convolution = Convolution(kernelSize: 3, inputChannels: 4, outputChannels: 5)
    let found = files { _ = ConvolutionLayer($0, "c", convolution, height: 2, width: 2) }
    #expect(found == ["c.weight": [5, 4, 3, 3], "c.bias": [5], "c.u": [5], "c.v": [36], "c.sigma": [1]])
  }

  @Test func linearLayersAndEmbeddings() {
    let linear = files { _ = LinearLayer($0, "l", inputs: 3, outputs: 7) }
    #expect(linear == ["l.weight": [7, 3], "l.bias": [7], "l.u": [7], "l.v": [3], "l.sigma": [1]])
    let map = files { _ = LinearLayer($0, "l", inputs: 3, side: 4, channels: 2) }
    #expect(map == ["l.weight": [32, 3], "l.bias": [32], "l.u": [32], "l.v": [3], "l.sigma": [1]])
    let embedding = files { _ = Projection($0, "e", classes: 6, channels: 5) }
    #expect(embedding == ["e.weight": [6, 5], "e.u": [6], "e.v": [5], "e.sigma": [1]])
  }

  @Test func normalizations() {
    let conditional = files { _ = BatchNormLayer($0, "n", channels: 4, side: 3, classes: 3) }
    #expect(conditional == ["n.gain": [3, 4], "n.bias": [3, 4], "n.running_mean": [4], "n.running_var": [4]])
    let plain = files { _ = BatchNormLayer($0, "n", channels: 4, side: 3, classes: nil) }
    #expect(plain == ["n.weight": [4], "n.bias": [4], "n.running_mean": [4], "n.running_var": [4]])
  }

  /// W/σ is the same matrix in files and in kernels: uᵀWv taken in file order is the σ that the power iteration found.
  @Test func singularVectorsAreFiledInTheOrderOfTheirWeight() throws {
    let convolution = Convolution(kernelSize: 3, inputChannels: 4, outputChannels: 5)
    let builders: [(NetworkBuilder<Double>) -> SpectralWeight<Double>] = [
      { ConvolutionLayer($0, "w", convolution, height: 2, width: 2).weight },
      { LinearLayer($0, "w", inputs: 3, outputs: 7).weight },
      { LinearLayer($0, "w", inputs: 3, side: 4, channels: 2).weight },
      { Projection($0, "w", classes: 6, channels: 5).weight },
    ]
    for build in builders {
      let test = LayerUnderTest(normalized: true, build)
      test.layer.advance(test.context, iterations: 2)
      let (parameters, spectra) = (test.context.weights.parameters, test.context.weights.spectra)
      func numbers(_ arena: Arena<Double>, _ name: String) throws -> [Double] {
        arena.fileOrder(try #require(arena.layout.entries.first { $0.name == name }))
      }
      let (w, u, v) = (try numbers(parameters, "w.weight"), try numbers(spectra, "w.u"), try numbers(spectra, "w.v"))
      let found = try numbers(spectra, "w.sigma")
      let sigma = u.indices.reduce(0.0) { sum, o in
        sum + u[o] * innerProduct(of: Array(w[o * v.count..<(o + 1) * v.count]), v)
      }
      #expect(abs(sigma - found[0]) < 1e-13)
      #expect(abs(length(of: u) - 1) < 1e-13 && abs(length(of: v) - 1) < 1e-13)
    }
  }
}
