public import Configuration
internal import Files
internal import Runs
internal import Trainer
public import DataParallel
internal import Layers
internal import Networks
internal import Optimizers
internal import Tensors
internal import Threads

/// Steps of a run on random images, timed; nothing is read, decoded or written.
public final class StepBenchmark {
  private let configuration: TrainingConfiguration
  private let replicas: ReplicaGroup
  private let ranks: ReplicaGroup
  private let pool: WorkerPool
  private let trainer: Trainer<Float>
  private let images: Tensor<Float>
  private let labels: UnsafeMutableBufferPointer<Int32>
  private let workspace = Workspace()
  private let times = PhaseTimes()
  private let gradientTimes = GradientTimes()
  private let places: RankPlaces

  /// What there is to say where threads have to share processors; on rank 0.
  public let warning: String?

  /// Plans the memory of a step and draws the images that all steps see.
  ///
  /// - Parameters:
  ///   - configuration: The run's; of independent ranks, that of each.
  ///   - ranks: The ranks; all of them call this.
  ///   - isIndependent: Whether each rank makes steps of its own beside the others, instead of all of them one together.
  ///   - threads: Threads of each rank.
  ///   - shardsAtOnce: How many shards of a rank go through a layer together; all where `nil`.
  ///   - overlap: When sums of gradients are taken; where `nil`, as suits the hosts.
  /// - Throws: A `ReportedError` if the ranks cannot share the shards or a host has too little memory.
  public init(
    _ configuration: TrainingConfiguration, ranks: ReplicaGroup, isIndependent: Bool = false, threads: Int,
    shardsAtOnce: Int? = nil, overlap: Overlap? = nil
  ) throws {
    let replicas = isIndependent ? .alone() : ranks
    self.ranks = ranks
    try ranks.agree { try configuration.settings.validate(ranks: replicas.size) }
    self.configuration = configuration
    self.replicas = replicas
    pool = try ranks.agree { try WorkerPool(starting: threads) }
    let pool = pool
    func planned() throws -> (trainer: Trainer<Float>, places: RankPlaces) {
      try Trainer<Float>.planned(
        configuration, replicas: replicas, shardsAtOnce: shardsAtOnce, pool: pool, overlap: overlap)
    }
    if isIndependent {
      // Ranks on their own share hosts all the same, and what ails all of them is said once.
      let (trainer, own) = try ranks.agree(planned)
      let places = try RankPlaces(own.ranks[0], over: ranks)
      try ranks.agree { try places.checkMemory() }
      (self.trainer, self.places) = (trainer, places)
    } else {
      (trainer, places) = try planned()
    }
    warning = places.warning ?? places.quotaWarning
    let count = configuration.batch / replicas.size
    images = workspace.tensor(
      Shape(count, configuration.resolution, configuration.resolution, configuration.imageChannels))
    labels = workspace.buffer(count, of: Int32.self)
    fillUniform(images, seed: configuration.seed, sample: UInt32(ranks.rank))
    for index in labels.indices { labels[index] = Int32(index % configuration.classes) }
    trainer.initialize()
    // As in nearly all of a run, weights are averaged, and not copied.
    trainer.restore(step: configuration.averageStart, generatorUpdates: 0, discriminatorUpdates: 0)
    trainer.clock = times
    times.onReduction = gradientTimes.endPass
    observe(trainer.generator.context, isDiscriminator: false)
    observe(trainer.discriminator.context, isDiscriminator: true)
  }

  /// Notes when parts of a network's gradient are final.
  private func observe(_ context: NetworkWorkspace<Float>, isDiscriminator: Bool) {
    guard let markReady = context.onFinalGradient else { return }
    context.onFinalGradient = { [gradientTimes] part in
      gradientTimes.note(MemoryLayout<Float>.stride * part.count, ofDiscriminator: isDiscriminator)
      markReady(part)
    }
  }

  /// Makes steps.
  ///
  /// - Parameter count: How many are timed; one more comes before them, which meets memory for the first time.
  /// - Returns: What was found, the same on all ranks but for the seconds of phases.
  /// - Throws: `NonFiniteError` on rank 0, `RemoteFailureError` on all others.
  public func run(steps count: Int) throws -> StepMeasurement {
    try makeStep()
    // Independent ranks begin together.
    try ranks.agree {}
    var steps: [StepMeasurement.Step] = []
    for _ in 0..<count {
      times.start()
      let start = ContinuousClock.now
      try makeStep()
      let seconds = (ContinuousClock.now - start).seconds
      times.stop()
      steps.append(.init(seconds: seconds, phases: times.seconds, gradientParts: gradientTimes.parts))
    }
    let sorted = steps.map(\.seconds).sorted()
    let own = (median: sorted[count / 2], best: sorted[0])
    let seconds = (median: ranks.mean(own.median), best: ranks.mean(own.best))
    let peak = ranks.mean(Double(AvailableMemory.peakByteCount))
    let rates = MachineRates(pool)
    let contexts = (trainer.generator.context, trainer.discriminator.context)
    return StepMeasurement(
      configuration,
      launch: StepLaunch(
        ranks: ranks.size,
        placements: placements,
        isIndependent: replicas.size < ranks.size, overlap: trainer.overlap),
      threads: pool.threads, steps: steps, seconds: replicas.size < ranks.size ? seconds : own,
      work: StepWork(configuration, trainer, ranks: replicas.size), sums: sums,
      parameters: (
        contexts.0.weights.parameters.layout.parameterCount, contexts.1.weights.parameters.layout.parameterCount
      ),
      peakByteCount: peak,
      rates: MachineRates(
        sgemmGflops: ranks.sum(rates.sgemmGflops), copyGbps: ranks.sum(rates.copyGbps)))
  }

  /// Where the ranks run, on rank 0.
  private var placements: [StepRecord.Placement] {
    var machines: [String: Int] = [:]
    return places.ranks.map { place in
      let machine = place.machine ?? place.host
      machines[machine] = machines[machine] ?? machines.count
      return .init(
        host: place.host, machine: machines[machine] ?? 0, processors: place.processors, cores: place.cores)
    }
  }

  /// The bytes of what a step sums over ranks.
  private var sums: (gradients: [Int], small: [Int]) {
    let contexts = [trainer.generator.context, trainer.discriminator.context]
    let losses = [Int](
      repeating: MemoryLayout<Double>.stride * trainer.buffers.sums.count, count: configuration.discriminatorUpdates + 1
    )
    return (
      contexts.map { MemoryLayout<Float>.stride * $0.gradients.values.count },
      losses + [MemoryLayout<Float>.stride * contexts[0].batchStatistics.values.count]
    )
  }

  private func makeStep() throws {
    _ = try trainer.runStep { (images, Labels(labels)) }
  }
}

extension ReplicaGroup {
  /// The sum of one number of each rank, on every rank.
  fileprivate func sum(_ number: Double) -> Double {
    var numbers = [number]
    numbers.withUnsafeMutableBufferPointer { sum($0, on: .control) }
    return numbers[0]
  }

  /// The mean of one number of each rank, on every rank.
  fileprivate func mean(_ number: Double) -> Double { sum(number) / Double(size) }
}
