public import Kernels
public import Tensors

/// A trainable matrix that is divided by its spectral norm wherever it is used, if its network is normalized.
///
/// σ, u and v belong to a version of the weight: they move once after each update of it, never in a pass.
public final class SpectralWeight<Scalar: KernelScalar> {
  /// The layer's name; the parameter is `name.weight`.
  public let name: String
  /// Where the weight lies among the parameters.
  public let range: Range<Int>
  /// The weight's shape as kernels use it.
  public let shape: Shape

  private let storage: SpectralMatrix<Scalar>.Order
  private let vectors: (u: Range<Int>, v: Range<Int>, sigma: Range<Int>)?

  /// How a weight is ordered in the arena and in files.
  struct Order {
    var shape: [Int]
    var fileAxes: [Int]
    var fileShape: [Int]
    var outputs: (shape: [Int], fileAxes: [Int])
    var inputs: (shape: [Int], fileAxes: [Int])
    var storage = SpectralMatrix<Scalar>.Order.inputsByOutputs
    var fanIn: Int
    var fanOut: Int
  }

  init(_ plan: NetworkBuilder<Scalar>, _ name: String, _ shape: Shape, _ order: Order) {
    self.name = name
    self.shape = shape
    storage = order.storage
    range = plan.parameter(
      name + ".weight", order.shape, fileAxes: order.fileAxes, fileShape: order.fileShape,
      .xavierUniform(fanIn: order.fanIn, fanOut: order.fanOut))
    vectors =
      plan.isSpectrallyNormalized
      ? (
        plan.spectrum(name + ".u", order.outputs.shape, fileAxes: order.outputs.fileAxes, .normal),
        plan.spectrum(name + ".v", order.inputs.shape, fileAxes: order.inputs.fileAxes, .constant(0)),
        plan.spectrum(name + ".sigma", [1], .constant(1))
      ) : nil
    plan.note(self)
  }

  /// The numbers themselves, not yet divided by σ.
  func weight(_ context: NetworkWorkspace<Scalar>) -> Tensor<Scalar> {
    context.weights.parameters.tensor(range, shape)
  }

  /// What kernels multiply the weight by: 1/σ, or 1 without normalization.
  func scale(_ context: NetworkWorkspace<Scalar>) -> Scalar {
    guard let vectors else { return 1 }
    return 1 / context.weights.spectra.values[vectors.sigma.lowerBound]
  }

  /// Moves u, v and σ to the present version of the weight.
  ///
  /// - Parameters:
  ///   - context: The network's.
  ///   - iterations: Power iterations: one after an update, more for weights that were not reached by updates.
  public func advance(_ context: NetworkWorkspace<Scalar>, iterations: Int) {
    guard let vectors else { return }
    let matrix = matrix(context, vectors.u, vectors.v)
    for _ in 0..<iterations {
      context.weights.spectra.values[vectors.sigma.lowerBound] = powerIteration(
        matrix, epsilon: 1e-8, scratch: context.spectralScratch, pool: context.pool)
    }
  }

  /// What turns the reduced gradient with respect to W/σ into the gradient with respect to W, if there is a σ.
  public func correction(_ context: NetworkWorkspace<Scalar>) -> SpectralNormGradient<Scalar>? {
    guard let vectors else { return nil }
    return SpectralNormGradient(
      matrix(context, vectors.u, vectors.v), sigma: context.weights.spectra.values[vectors.sigma.lowerBound],
      context.gradients.tensor(range, shape), at: range, scratch: context.projectionScratch, pool: context.pool)
  }

  private func matrix(
    _ context: NetworkWorkspace<Scalar>, _ u: Range<Int>, _ v: Range<Int>
  ) -> SpectralMatrix<Scalar> {
    let spectra = context.weights.spectra
    return SpectralMatrix(
      weight: weight(context), order: storage, u: spectra.tensor(u, Shape(u.count)),
      v: spectra.tensor(v, Shape(v.count)))
  }
}
