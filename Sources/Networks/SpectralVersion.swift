public import Kernels
public import Layers
internal import Tensors

/// What generator and discriminator have in common: spectral normalization by version of the weights.
public protocol SpectrallyNormalized {
  /// The number type.
  associatedtype Scalar: KernelScalar
  /// The network's numbers.
  var context: LayerContext<Scalar> { get }
  /// Every weight that normalization applies to where it is on.
  var spectralWeights: [SpectralWeight<Scalar>] { get }
}

extension Generator: SpectrallyNormalized {}
extension Discriminator: SpectrallyNormalized {}

extension SpectrallyNormalized {
  /// Moves σ, u and v to the present version of the weights: once after initialization and after each update.
  public func advanceSpectra(iterations: Int = 1) {
    for weight in spectralWeights { weight.advance(context, iterations: iterations) }
  }

  /// Finds what turns the reduced gradients with respect to Ŵ = W/σ into those with respect to W.
  public func findCorrections() {
    context.corrections.removeAll(keepingCapacity: true)
    for weight in spectralWeights {
      if let correction = weight.correction(context) { context.corrections.append(correction) }
    }
  }

  /// Turns the reduced gradients with respect to Ŵ = W/σ into those with respect to W, where an optimizer does not do so.
  public func finishGradients() {
    findCorrections()
    guard let gradients = context.gradients.values.baseAddress else { return }
    for correction in context.corrections {
      correct(correction, correction.range, of: gradients, into: gradients + correction.range.lowerBound)
    }
    context.corrections.removeAll(keepingCapacity: true)
  }
}
