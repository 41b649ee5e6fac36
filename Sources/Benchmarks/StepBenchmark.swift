public import DataParallel
internal import Layers
internal import Networks
internal import Optimizers
internal import Tensors
public import Training

/// Steps of a run on random images, timed; nothing is read, decoded or written.
public final class StepBenchmark {
  private let configuration: TrainingConfiguration
  private let replicas: ReplicaGroup
  private let pool: WorkerPool
  private let trainer: Trainer<Float>
  private let images: Tensor<Float>
  private let labels: UnsafeMutableBufferPointer<Int32>
  private let workspace = Workspace()
  private let times = PhaseTimes()

  /// What there is to say where threads have to share processors; on rank 0.
  public let warning: String?

  /// Plans the memory of a step and draws the images that all steps see.
  ///
  /// - Parameters:
  ///   - configuration: Validated, with classes and image channels known.
  ///   - replicas: The ranks; all of them call this.
  ///   - threads: Threads of each rank.
  ///   - shardsAtOnce: How many shards of a rank go through a layer together; all where `nil`.
  ///   - overlap: When sums of gradients are taken; where `nil`, as suits the hosts.
  /// - Throws: A `ReportedError` if the ranks cannot share the shards or a host has too little memory.
  public init(
    _ configuration: TrainingConfiguration, replicas: ReplicaGroup, threads: Int, shardsAtOnce: Int? = nil,
    overlap: Overlap? = nil
  ) throws {
    try replicas.agree { try configuration.validate(ranks: replicas.size) }
    self.configuration = configuration
    self.replicas = replicas
    pool = WorkerPool(threads: threads)
    let (trainer, places) = try Trainer<Float>.planned(
      configuration, replicas: replicas, shardsAtOnce: shardsAtOnce, pool: pool, overlap: overlap)
    self.trainer = trainer
    warning = places.warning
    let count = configuration.batch / replicas.size
    images = workspace.tensor(
      Shape(count, configuration.resolution, configuration.resolution, configuration.imageChannels))
    labels = workspace.buffer(count, of: Int32.self)
    fillUniform(images, seed: configuration.seed, sample: UInt32(replicas.rank))
    for index in labels.indices { labels[index] = Int32(index % configuration.classes) }
    trainer.initialize()
    trainer.clock = times
  }

  /// Makes steps.
  ///
  /// - Parameter count: How many are timed; one more comes before them, which meets memory for the first time.
  /// - Returns: What was found, the same on all ranks but for the seconds of phases.
  /// - Throws: `NumbersLost` on rank 0, `FailedElsewhere` on all others.
  public func run(steps count: Int) throws -> StepMeasurement {
    try makeStep()
    var steps: [StepMeasurement.Step] = []
    for _ in 0..<count {
      times.start()
      let start = ContinuousClock.now
      try makeStep()
      let seconds = (ContinuousClock.now - start).seconds
      times.stop()
      steps.append(StepMeasurement.Step(seconds: seconds, phases: times.seconds))
    }
    let peak = replicas.sum(Double(AvailableMemory.peakByteCount))
    let rates = MachineRates(pool)
    return StepMeasurement(
      configuration, ranks: replicas.size, threads: pool.threads, steps: steps,
      work: StepWork(configuration, trainer, ranks: replicas.size),
      parameters: (
        trainer.generator.context.weights.parameters.layout.parameterCount,
        trainer.discriminator.context.weights.parameters.layout.parameterCount
      ),
      peakByteCount: peak / Double(replicas.size),
      rates: MachineRates(
        sgemmGflops: replicas.sum(rates.sgemmGflops), copyGbps: replicas.sum(rates.copyGbps)))
  }

  private func makeStep() throws {
    guard let labels = UnsafePointer(labels.baseAddress) else { preconditionFailure("a batch without labels") }
    _ = try trainer.runStep { (images, labels) }
  }
}

extension ReplicaGroup {
  /// The sum of one number of each rank, on every rank.
  fileprivate func sum(_ number: Double) -> Double {
    var numbers = [number]
    numbers.withUnsafeMutableBufferPointer { sum($0, on: .control) }
    return numbers[0]
  }
}
