import Kernels
import Layers
import Networks
import Tensors
import TestSupport
import Testing

/// Networks with fast convolutions, in single precision, against direct ones in double precision.
@Suite struct ConvolutionAlgorithmTests {
  /// Entries whose numbers, in the order of files, are further apart than `tolerance` times their length, or times 1.
  private func differences(_ found: Arena<Float>, _ expected: Arena<Double>, tolerance: Double) -> [String] {
    zip(found.layout.entries, expected.layout.entries).compactMap { a, b in
      let (numbers, wanted) = (found.fileOrder(a).map { Double($0) }, expected.fileOrder(b))
      let error = length(of: zip(numbers, wanted).map { $0 - $1 })
      // Less than 1: a bias ahead of a normalization has a gradient of 0 but for rounding.
      let isAlike = a.name == b.name && a.fileShape == b.fileShape && error <= tolerance * max(length(of: wanted), 1)
      return isAlike ? nil : "\(a.name) by \(error) of \(length(of: wanted))"
    }
  }

  @Test("a generator makes the same images and gradients")
  func generator() {
    withTensors { source in
      let exact = GeneratorUnderTest<Double>(TinyNetworks.wide.generator, source)
      let expected = exact.forward().numbers
      exact.backward()
      exact.network.findCorrections()
      withTensors { source in
        let fast = GeneratorUnderTest<Float>(TinyNetworks.wide.generator, algorithm: .fast, source)
        #expect(fast.network.context.weights.parameters.layout.entries.contains { $0.shape.count == 5 })
        let parameters = (fast.network.context.weights.parameters, exact.network.context.weights.parameters)
        #expect(differences(parameters.0, parameters.1, tolerance: 1e-6) == [])
        #expect(relativeError(fast.forward().numbers, expected) < 1e-5)
        fast.backward()
        fast.network.findCorrections()
        #expect(
          differences(
            takenGradients(of: fast.network.context), takenGradients(of: exact.network.context), tolerance: 1e-4) == [])
      }
    }
  }

  @Test("a discriminator gives the same logits and gradients")
  func discriminator() {
    withTensors { source in
      let exact = DiscriminatorUnderTest<Double>(TinyNetworks.wide.discriminator, source)
      let expected = exact.forward().logits.numbers
      let dImages = exact.backward(for: .both) ?? []
      exact.network.findCorrections()
      withTensors { source in
        let fast = DiscriminatorUnderTest<Float>(TinyNetworks.wide.discriminator, algorithm: .fast, source)
        #expect(fast.network.context.weights.parameters.layout.entries.contains { $0.shape.count == 5 })
        #expect(relativeError(fast.forward().logits.numbers, expected) < 1e-5)
        #expect(relativeError(fast.backward(for: .both) ?? [], dImages) < 1e-4)
        fast.network.findCorrections()
        #expect(
          differences(
            takenGradients(of: fast.network.context), takenGradients(of: exact.network.context), tolerance: 1e-4) == [])
      }
    }
  }
}
