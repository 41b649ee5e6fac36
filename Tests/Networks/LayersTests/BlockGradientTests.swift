import Layers
import Tensors
import TestSupport
import Testing

/// The backward pass of each block against central differences: of every parameter, and of the input.
@Suite struct BlockGradientTests {
  @Test("UpBlock.backward agrees with central differences", arguments: [(3, 2), (2, 5)], [false, true])
  func upBlock(channels: (inputs: Int, outputs: Int), isBilinear: Bool) {
    withTensors { source in
      let labels = source.labels(4, below: 3)
      let x: Tensor<Double> = source.normal(Shape(4, 4, 4, channels.inputs))
      let test = LayerUnderTest {
        UpBlock(
          $0, "up", inputs: channels.inputs, outputs: channels.outputs, side: 4, classes: 3, isBilinear: isBilinear)
      }
      let findings = test.findings(x, source, labels: labels)
      for finding in findings { #expect(finding.error < 1e-6, "UpBlock.backward: \(finding.name)") }
    }
  }

  static let downBlocks: [DownBlock<Double>.Geometry] = [
    .init(inputs: 3, hidden: 4, outputs: 4, side: 6, isPooled: true, isFirst: true),
    .init(inputs: 4, hidden: 2, outputs: 5, side: 4, isPooled: true, isFirst: false),
    .init(inputs: 3, hidden: 5, outputs: 3, side: 4, isPooled: false, isFirst: false),
    .init(inputs: 3, hidden: 3, outputs: 4, side: 4, isPooled: false, isFirst: false),
    .init(inputs: 2, hidden: 3, outputs: 2, side: 4, isPooled: true, isFirst: false),
  ]

  /// The same with shortcuts that read the rectified input, which the first block of a network has not.
  static let rectifiedBlocks = downBlocks.map { geometry in
    var geometry = geometry
    geometry.isShortcutRectified = true
    return geometry
  }

  @Test("DownBlock.backward agrees with central differences", arguments: downBlocks + rectifiedBlocks)
  func downBlock(geometry: DownBlock<Double>.Geometry) {
    withTensors { source in
      let x: Tensor<Double> = source.normal(Shape(4, geometry.side, geometry.side, geometry.inputs))
      let test = LayerUnderTest { DownBlock($0, "down", geometry) }
      let findings = test.findings(x, source, labels: source.labels(4, below: 3))
      for finding in findings { #expect(finding.error < 1e-6, "DownBlock.backward: \(finding.name)") }
    }
  }

  @Test("SelfAttention.backward agrees with central differences", arguments: [8, 16])
  func selfAttention(channels: Int) {
    withTensors { source in
      let x: Tensor<Double> = source.normal(Shape(4, 6, 6, channels))
      let test = LayerUnderTest { SelfAttention($0, "attention", channels: channels, side: 6, gamma: 0.5) }
      let findings = test.findings(x, source, labels: source.labels(4, below: 3))
      for finding in findings { #expect(finding.error < 1e-6, "SelfAttention.backward: \(finding.name)") }
    }
  }

  @Test("SelfAttention with γ = 0 is the identity, and γ still has a gradient")
  func attentionStartsAsIdentity() {
    withTensors { source in
      let x: Tensor<Double> = source.normal(Shape(4, 4, 4, 8))
      let test = LayerUnderTest { SelfAttention($0, "attention", channels: 8, side: 4, gamma: 0) }
      let parameters = test.context.weights.parameters
      guard let gamma = parameters.layout.entries.first(where: { $0.name == "attention.gamma" }) else {
        Issue.record("attention has no parameter named attention.gamma")
        return
      }
      parameters.values[gamma.range.lowerBound] = 0
      let pass = LayerPass<Double>(labels: source.labels(4, below: 3))
      let y = test.layer.forward(x, pass, test.context)
      #expect(areIdentical(x, y))
      let dy: Tensor<Double> = source.normal(x.shape)
      let dx = test.context.maps.borrow(x.shape)
      dx.copy(from: dy)
      let result = test.layer.backward(x, dx, pass, test.context)
      #expect(result?.base == dx.base && areIdentical(dx, dy))
      #expect(test.context.gradients.values[gamma.range.lowerBound] != 0)
      for entry in parameters.layout.entries where entry.name != gamma.name {
        #expect(test.context.gradients.values[entry.range].allSatisfy { $0 == 0 }, "\(entry.name)")
      }
    }
  }
}
