public import Kernels
public import Tensors

/// Everything that a network is, apart from how it is trained: its parameters, running statistics and spectra.
public final class Weights<Scalar: KernelScalar>: Sendable {
  /// Trainable parameters.
  public let parameters: Arena<Scalar>
  /// Running means and variances.
  public let statistics: Arena<Scalar>
  /// Singular vectors and spectral norms of this version of the parameters.
  public let spectra: Arena<Scalar>

  /// Zeros, in the layouts of a plan.
  public init(_ plan: NetworkBuilder<Scalar>) {
    parameters = Arena(plan.parameters)
    statistics = Arena(plan.statistics)
    spectra = Arena(plan.spectra)
  }

  /// Zeros, in the layouts of other weights.
  public init(like other: Weights) {
    parameters = Arena(other.parameters.layout)
    statistics = Arena(other.statistics.layout)
    spectra = Arena(other.spectra.layout)
  }

  /// Sets everything to its start, a pure function of the seed.
  ///
  /// Spectral norms are those of no version yet: one power iteration has to follow.
  public func initialize(seed: UInt64, network: RandomStream.Owner) {
    parameters.initialize(seed: seed, purpose: .initialization, owner: network)
    statistics.initialize(seed: seed, purpose: .initialization, owner: network)
    spectra.initialize(seed: seed, purpose: .spectralVectors, owner: network)
  }

  /// Copies all numbers of a network with the same layouts.
  public func copy(from other: Weights) {
    parameters.copy(from: other.parameters)
    statistics.copy(from: other.statistics)
    spectra.copy(from: other.spectra)
  }
}
