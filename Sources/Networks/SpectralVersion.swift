public import Kernels
public import Layers

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

  /// Turns the reduced gradients with respect to Ŵ = W/σ into those with respect to W.
  public func finishGradients() {
    for weight in spectralWeights { weight.finishGradient(context) }
  }
}
