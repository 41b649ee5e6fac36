public import Kernels
public import Layers
internal import Optimizers
public import Tensors
internal import Threads

/// The gradients of a network's parameters as an update takes them: by the sweep of `Adam.update` itself.
///
/// - Parameter context: The network's, with gradients of a pass and what they lack.
/// - Returns: The gradients with respect to the parameters, in their layout; the parameters stay as they are.
public func takenGradients<Scalar: KernelScalar>(of context: NetworkWorkspace<Scalar>) -> Arena<Scalar> {
  let layout = context.weights.parameters.layout
  let (parameters, taken) = (Arena<Scalar>(layout), Arena<Scalar>(layout))
  let adam = Adam<Scalar>(layout, .init(beta1: 0, beta2: 0.9, epsilon: 1e-8), workers: context.pool.threads)
  parameters.copy(from: context.weights.parameters)
  taken.values.update(repeating: .nan)
  adam.update(
    parameters, context.gradients, corrections: context.corrections, learningRate: 1, recordingInto: taken,
    pool: context.pool)
  return taken
}
