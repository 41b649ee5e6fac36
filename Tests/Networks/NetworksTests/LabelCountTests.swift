import Kernels
import Layers
import Networks
import Tensors
import TestSupport
import Testing

/// Labels of another number of samples than there are trap where they come in.
@Suite struct LabelCountTests {
  @Test func networks() async {
    await #expect(processExitsWith: .success) { Self.generate(labels: 4) }
    await #expect(processExitsWith: .failure) { Self.generate(labels: 3) }
    await #expect(processExitsWith: .failure) { Self.generate(labels: 5) }
    await #expect(processExitsWith: .success) { Self.judge(labels: 4) }
    await #expect(processExitsWith: .failure) { Self.judge(labels: 3) }
    await #expect(processExitsWith: .failure) { Self.judge(labels: 5) }
  }

  @Test func losses() async {
    await #expect(processExitsWith: .success) { Self.compare(labels: 4, classes: 3) }
    await #expect(processExitsWith: .failure) { Self.compare(labels: 3, classes: 3) }
    await #expect(processExitsWith: .failure) { Self.compare(labels: 4, classes: 2) }
  }

  private static func generate(labels: Int) {
    withTensors { source in
      let test = GeneratorUnderTest<Float>(TinyNetworks.generators[0].architecture, source)
      _ = test.network.forward(test.latents, labels: source.labels(labels, below: 3))
    }
  }

  private static func judge(labels: Int) {
    withTensors { source in
      let test = DiscriminatorUnderTest<Float>(TinyNetworks.discriminators[0].architecture, source)
      _ = test.network.forward(test.images, labels: source.labels(labels, below: 3))
    }
  }

  /// The cross-entropy of 4 samples of class 2.
  private static func compare(labels: Int, classes: Int) {
    withTensors { source in
      let (logits, gradient): (Tensor<Float>, Tensor<Float>) = (
        source.normal(Shape(4, classes)), source.normal(Shape(4, classes))
      )
      let buffer = UnsafeMutableBufferPointer(start: source.buffer(labels, of: Int32.self), count: labels)
      buffer.update(repeating: 2)
      var sums = LossSums()
      CrossEntropyLoss.apply(
        logits, labels: Labels(buffer), weight: 1, batchSize: 4, gradient: gradient, sums: &sums)
    }
  }
}
