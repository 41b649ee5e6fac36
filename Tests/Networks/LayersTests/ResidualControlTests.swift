import Layers
import Tensors
import TestSupport
import Testing

/// The residual block in place of attention: its size, and its backward pass.
@Suite struct ResidualControlTests {
  @Test("ResidualControl.backward agrees with central differences", arguments: [1, 8, 18])
  func gradients(channels: Int) {
    withTensors { source in
      let x: Tensor<Double> = source.normal(Shape(4, 6, 6, channels))
      let test = LayerUnderTest { ResidualControl($0, "residual", channels: channels, side: 6) }
      let findings = test.findings(x, source, labels: source.labels(4, below: 3))
      #expect(findings.map(\.name) == ["conv1", "conv2", "conv3"].map { "residual.\($0).weight" } + ["x"])
      for finding in findings { #expect(finding.error < 1e-6, "ResidualControl.backward: \(finding.name)") }
    }
  }

  /// Where every ReLU passes, the block is linear: ⟨dy, A x⟩ = ⟨Aᵀ dy, x⟩ for what it adds to x.
  @Test("ResidualControl.backward is the adjoint of the forward pass where all is positive")
  func adjoint() {
    withTensors { source in
      let test = LayerUnderTest { ResidualControl($0, "residual", channels: 7, side: 4) }
      let parameters = test.context.weights.parameters.values
      for i in parameters.indices { parameters[i] = abs(parameters[i]) + 0.1 }
      let (x, dy): (Tensor<Double>, Tensor<Double>) = (
        source.normal(Shape(4, 4, 4, 7)), source.normal(Shape(4, 4, 4, 7))
      )
      for i in 0..<x.count { x.base[i] = abs(x.base[i]) }
      let pass = LayerPass<Double>(labels: source.labels(4, below: 3))
      let y = test.layer.forward(x, pass, test.context).numbers
      let dx = test.context.maps.borrow(x.shape)
      dx.copy(from: dy)
      _ = test.layer.backward(x, dx, pass, test.context)
      let (left, right) = (innerProduct(of: dy.numbers, y), innerProduct(of: dx.numbers, x.numbers))
      #expect(abs(left - right) < 1e-12 * abs(left))
      #expect(!areIdentical(dx, dy), "the block adds something")
    }
  }

  /// Written out for one sample of a map of one pixel, where a 3 × 3 convolution is its middle tap.
  @Test func theBlockIsItsFormula() throws {
    try withTensors { source in
      let test = LayerUnderTest(samples: 1, shards: 1) { ResidualControl($0, "r", channels: 7, side: 1) }
      let x: Tensor<Double> = source.normal(Shape(1, 1, 1, 7))
      let y = test.layer.forward(x, LayerPass(labels: source.labels(1, below: 1)), test.context).numbers
      let parameters = test.context.weights.parameters
      func matrix(_ name: String) throws -> [[Double]] {
        let entry = try #require(parameters.layout.entries.first { $0.name == "r.\(name).weight" })
        let (numbers, taps) = (parameters.fileOrder(entry), entry.fileShape[2] * entry.fileShape[3])
        return (0..<entry.fileShape[0]).map { o in
          (0..<entry.fileShape[1]).map { numbers[(o * entry.fileShape[1] + $0) * taps + taps / 2] }
        }
      }
      func apply(_ matrix: [[Double]], _ x: [Double]) -> [Double] { matrix.map { innerProduct(of: $0, x) } }
      let a = apply(try matrix("conv1"), x.numbers).map { max($0, 0) }
      let b = apply(try matrix("conv2"), a).map { max($0, 0) }
      let expected = zip(x.numbers, apply(try matrix("conv3"), b)).map { $0 + $1 }
      #expect(relativeError(y, expected) < 1e-14)
    }
  }

  @Test(
    "channels inside are the whole number nearest to 5/18",
    arguments: [1: 1, 3: 1, 8: 2, 18: 5, 64: 18, 256: 71, 1024: 284])
  func hiddenChannels(channels: Int, hidden: Int) {
    #expect(ResidualControl<Float>.hiddenChannels(channels) == hidden)
    #expect(abs(Double(hidden) - 5 * Double(channels) / 18) <= 0.5 || hidden == 1)
  }
}
