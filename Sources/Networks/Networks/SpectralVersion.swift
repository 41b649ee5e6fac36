public import Kernels
public import Layers
public import Tensors

/// What generator and discriminator have in common: spectral normalization by version of the weights.
public protocol SpectrallyNormalized {
  /// The number type.
  associatedtype Scalar: KernelScalar
  /// The network's numbers.
  var context: NetworkWorkspace<Scalar> { get }
  /// Every weight that normalization applies to where it is on, in the order of their places.
  var spectralWeights: [SpectralWeight<Scalar>] { get }
}

extension Generator: SpectrallyNormalized {}
extension Discriminator: SpectrallyNormalized {}

extension SpectrallyNormalized {
  /// Moves σ, u and v to the present version of the weights: once after initialization and after each update.
  public func updateSpectralNorms(iterations: Int = 1) {
    for weight in spectralWeights { weight.advance(context, iterations: iterations) }
  }

  /// Moves the spectral norms of averaged weights, which this network holds, to their present version.
  ///
  /// - Parameter trained: The spectra of the weights that were averaged; ten power iterations begin with their u.
  public func updateAverageSpectralNorms(from trained: Arena<Scalar>) {
    context.weights.spectra.copy(from: trained)
    updateSpectralNorms(iterations: 10)
  }

  /// Finds what turns the reduced gradients with respect to Ŵ = W/σ into those with respect to W, for the optimizer's sweep.
  public func findCorrections() {
    context.corrections.removeAll(keepingCapacity: true)
    for weight in spectralWeights {
      if let correction = weight.correction(context) { context.corrections.append(correction) }
    }
  }
}
