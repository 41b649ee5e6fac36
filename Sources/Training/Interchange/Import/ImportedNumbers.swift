internal import Checkpoints
internal import Configuration
internal import Files
internal import Layers
internal import Networks
internal import Optimizers
internal import Tensors
internal import Threads
internal import Trainer

/// The networks of an imported run and their optimizers.
struct ImportedNumbers {
  private let configuration: TrainingConfiguration
  private let generator: Generator<Float>
  private let average: Generator<Float>
  private let discriminator: Discriminator<Float>
  private let generatorAdam: Adam<Float>
  private let discriminatorAdam: Adam<Float>

  /// Networks with random numbers.
  init(_ configuration: TrainingConfiguration, seed: UInt64, pool: WorkerPool) throws {
    self.configuration = configuration
    func made() -> Generator<Float> {
      Generator(configuration.generator, samples: 1, shards: 1, isTrained: false, pool: pool)
    }
    (generator, average) = (made(), made())
    discriminator = Discriminator(configuration.discriminator, samples: 1, shards: 1, isTrained: false, pool: pool)
    discriminator.context.weights.initialize(seed: seed, network: .discriminator)
    discriminator.updateSpectralNorms()
    let settings = Adam<Float>.Settings(
      beta1: configuration.beta1, beta2: configuration.beta2, epsilon: configuration.epsilon)
    generatorAdam = Adam(generator.context.weights.parameters.layout, settings, workers: pool.threads)
    discriminatorAdam = Adam(discriminator.context.weights.parameters.layout, settings, workers: pool.threads)
  }

  func fillGenerator(from file: PeerFile, _ scheme: any PeerScheme) throws(FileError) {
    try fill(generator, NetworkImport(side: .generator, file: file, scheme: scheme))
  }

  func fillAverage(from file: PeerFile, _ scheme: any PeerScheme) throws(FileError) {
    try fill(average, NetworkImport(side: .generator, file: file, scheme: scheme))
  }

  func copyAverage() { average.context.weights.copy(from: generator.context.weights) }

  func fillDiscriminator(from file: PeerFile, _ scheme: any PeerScheme) throws(FileError) {
    try fill(discriminator, NetworkImport(side: .discriminator, file: file, scheme: scheme))
  }

  private func fill<Network: SpectrallyNormalized>(_ network: Network, _ source: NetworkImport) throws(FileError)
  where Network.Scalar == Float {
    try source.fill(network.context.weights)
    if source.scheme.iterates { network.updateSpectralNorms() }
    try source.checkNorms(network.context.weights)
  }

  /// The files of a checkpoint.
  var files: [CheckpointFile] {
    CheckpointFile.all(
      generator: generator.context.weights, average: average.context.weights,
      discriminator: discriminator.context.weights, configuration, generatorAdam, discriminatorAdam)
  }
}
