import Kernels
import Layers
import Networks
import Tensors
import TestSupport
import Testing

/// Whole networks against central differences, in every parameter tensor, through spectral normalization.
@Suite struct NetworkGradientTests {
  @Test("Generator.backward agrees with central differences", arguments: TinyNetworks.generators.indices)
  func generator(index: Int) {
    withTensors { source in
      let (name, architecture) = TinyNetworks.generators[index]
      let test = GeneratorUnderTest<Double>(architecture, source)
      let context = test.network.context
      context.gradients.values.update(repeating: .nan)
      _ = test.forward()
      test.backward()
      test.network.findCorrections()
      var check = GradientCheck()
      let findings = check.findings(context.weights.parameters, takenGradients(of: context)) {
        context.weights.refreshSpectralNorms()
        return test.evaluate()
      }
      for finding in findings { #expect(finding.error < 1e-6, "\(name): \(finding.name)") }
    }
  }

  @Test("Discriminator.backward agrees with central differences", arguments: TinyNetworks.discriminators.indices)
  func discriminator(index: Int) {
    withTensors { source in
      let (name, architecture) = TinyNetworks.discriminators[index]
      let test = DiscriminatorUnderTest<Double>(architecture, source)
      let context = test.network.context
      context.gradients.values.update(repeating: .nan)
      _ = test.forward()
      let dImages = test.backward(for: .both) ?? []
      test.network.findCorrections()
      var check = GradientCheck()
      let findings = check.findings(context.weights.parameters, takenGradients(of: context)) {
        context.weights.refreshSpectralNorms()
        return test.evaluate()
      }
      for finding in findings { #expect(finding.error < 1e-6, "\(name): \(finding.name)") }
      context.weights.refreshSpectralNorms()
      let error = check.error(of: test.images.elements, gradient: dImages, test.evaluate)
      #expect(error < 1e-6, "\(name): images")
    }
  }

  @Test(
    "a backward pass for one purpose gives what the pass for both does", arguments: TinyNetworks.discriminators.indices)
  func purposes(index: Int) {
    withTensors { source in
      let test = DiscriminatorUnderTest<Double>(TinyNetworks.discriminators[index].architecture, source)
      let gradients = test.network.context.gradients
      _ = test.forward()
      let both = test.backward(for: .both)
      let parameters = Array(gradients.values)
      #expect(test.backward(for: .images) == both, ".images")
      #expect(Array(gradients.values) == parameters, ".images leaves parameter gradients alone")
      gradients.values.update(repeating: 0)
      #expect(test.backward(for: .parameters) == nil, ".parameters gives no gradient of the images")
      #expect(Array(gradients.values) == parameters, ".parameters")
      #expect(test.network.context.maps.isWhole, "every borrowed map was given back")
    }
  }
}
