package import Configuration
internal import DataParallel
internal import Files
internal import Layers
internal import Networks
internal import Runs
internal import Sampling
internal import Tensors
internal import Threads
internal import Trainer

/// Samples of a generator that was never trained, timed: what training makes of its numbers does not change their speed.
package final class SamplingBenchmark {
  private let configuration: TrainingConfiguration
  private let pool: WorkerPool
  private let sampler: Sampler

  /// What there is to say where threads have to share processors.
  package let warning: String?

  /// Plans a sampler's memory and initializes its generator.
  ///
  /// - Parameters:
  ///   - configuration: A run's; of its batch nothing is used.
  ///   - threads: Threads that share samples.
  /// - Throws: A `ReportedError` if threads cannot be started or there is too little memory.
  package init(_ configuration: TrainingConfiguration, threads: Int) throws {
    self.configuration = configuration
    pool = try WorkerPool(starting: threads)
    // Where there is memory to train such networks, if only with one image, there is enough to draw samples.
    warning = try Trainer<Float>.planned(configuration, replicas: .alone(), pool: pool).places.warning
    sampler = Sampler(
      configuration.generator, convolutions: configuration.convolutions, seed: configuration.seed, pool: pool)
    sampler.generator.context.weights.initialize(seed: configuration.seed, network: .generator)
    sampler.generator.updateSpectralNorms()
  }

  /// Draws samples.
  ///
  /// - Parameters:
  ///   - images: Samples of a pass, of all classes in turn.
  ///   - passes: How often they are drawn, after once to warm up.
  /// - Returns: What was found.
  package func run(images: Int, passes: Int) -> PassMeasurement {
    let classes = configuration.classes
    let seconds = secondsOfPasses(passes) {
      sampler.draw(images, { Sample(label: $0 % classes, number: $0 / classes) }) { (_, _) in }
    }
    let generator = sampler.generator
    return PassMeasurement(
      "samples of \(configuration.preset), \(configuration.resolution)×\(configuration.resolution)×"
        + "\(configuration.imageChannels), width \(configuration.width), \(classes) classes", images: images,
      seconds: seconds, multiplyAdds: generator.multiplyAdds,
      shape: PassMeasurement.Shape(
        resolution: configuration.resolution, width: configuration.width, imageChannels: configuration.imageChannels,
        classes: classes, parameters: generator.context.weights.parameters.layout.parameterCount),
      threads: pool.threads, rates: MachineRates(pool))
  }
}
