internal import Configuration
internal import Trainer
internal import DataParallel
internal import Layers
internal import Networks
internal import Optimizers
internal import Tensors
internal import Threads

/// What happens to all weights of a network between two passes: spectral norms, Adam, the moving average.
struct UpdateKernels {
  private let trainer: Trainer<Float>
  private let pool: WorkerPool

  /// A kernel that goes over weights.
  struct Kernel {
    let name: String
    let network: String
    /// Weights that it goes over.
    let count: Int
    /// Numbers read and written for a weight.
    let numbersPerWeight: Int
    let run: () -> Void
  }

  /// The kernels for these networks, whose batch may be smaller than the benchmark's.
  init(_ configuration: TrainingConfiguration, pool: WorkerPool) throws {
    var settings = configuration.settings
    (settings.batch, settings.generatorBatch, settings.shards) = (1, 1, 1)
    trainer = try Trainer<Float>(TrainingConfiguration(settings), replicas: .alone(), pool: pool)
    trainer.initialize()
    // Adam's sweep takes them with it, whichever kernels are asked for.
    trainer.generator.findCorrections()
    trainer.discriminator.findCorrections()
    self.pool = pool
  }

  /// All kernels; gradients are 0, so that weights stay what they are.
  var all: [Kernel] {
    let (trainer, pool) = (trainer, pool)
    let configuration = trainer.configuration
    let moments = configuration.beta1 == 0 ? 5 : 7
    var result: [Kernel] = []
    func add<Network: SpectrallyNormalized>(
      _ name: String, _ network: Network, _ adam: Adam<Float>, average: MovingAverage<Float>? = nil, isNormalized: Bool
    ) where Network.Scalar == Float {
      let weights = network.spectralWeights.reduce(0) { $0 + $1.range.count }
      if isNormalized {
        result += [
          Kernel(name: "power iteration", network: name, count: weights, numbersPerWeight: 2) {
            network.updateSpectralNorms()
          },
          Kernel(name: "spectral norm, backward", network: name, count: weights, numbersPerWeight: 2) {
            network.findCorrections()
          },
        ]
      }
      let parameters = network.context.weights.parameters
      result.append(
        Kernel(
          name: average == nil ? "Adam" : "Adam and moving average", network: name, count: parameters.values.count,
          numbersPerWeight: average == nil ? moments : moments + 2
        ) {
          adam.update(
            parameters, network.context.gradients, corrections: network.context.corrections, learningRate: 0,
            average: average, pool: pool)
        })
    }
    add(
      "G", trainer.generator, trainer.generatorAdam,
      average: MovingAverage(trainer.average.parameters, decay: 0.999),
      isNormalized: configuration.generatorSpectralNorm)
    add("D", trainer.discriminator, trainer.discriminatorAdam, isNormalized: configuration.discriminatorSpectralNorm)
    return result
  }
}
