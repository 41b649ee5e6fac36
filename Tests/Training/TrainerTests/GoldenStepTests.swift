import Configuration
import Formats
import Reports
import Trainer
import DataParallel
import Kernels
import Layers
import MPI
import Networks
import Optimizers
import Tensors
import Testing
import Threads

/// One step of each family, as training makes it, against PyTorch in float64.
@Suite struct GoldenStepTests {
  /// In double precision every number agrees to rounding; σ's projections and deep sums lose a few digits of sixteen.
  @Test(arguments: Fixture.steps)
  func doublePrecision(name: String) throws {
    try check(name, Double.self, tolerance: 1e-9)
  }

  /// In single precision gradients are within 1e-4 of the largest entry of their layer.
  @Test(arguments: Fixture.steps)
  func singlePrecision(name: String) throws {
    try check(name, Float.self, tolerance: 1e-4)
  }

  private func check<Scalar: KernelScalar & MPIScalar>(
    _ name: String, _ type: Scalar.Type, tolerance: Double
  ) throws {
    let fixture = try Fixture(name)
    let trainer = try Trainer<Scalar>(
      fixture.configuration, replicas: .alone(), pool: WorkerPool(threads: 1))
    try fixture.restore(trainer)
    let comparison = GoldenComparison<Scalar>(fixture, tolerance: tolerance)
    trainer.recorder = comparison
    trainer.latents = RecordedLatents(fixture: fixture)
    if fixture.configuration.augmentation != .none { trainer.augmentations = RecordedAugmentations(fixture: fixture) }
    let batches = try RecordedBatches<Scalar>(fixture)
    let report = try trainer.runStep(measuring: true, batches.next)
    if let failure = comparison.failure { throw failure }
    let updates = fixture.configuration.discriminatorUpdates
    #expect(comparison.updates == (1...updates).map { "d\($0)" } + ["g"])
    for (loss, entry) in [(report.discriminatorLoss, "d\(updates)/loss"), (report.generatorLoss, "g/loss")] {
      let expected = try fixture.file.doubles(entry)[0]
      #expect(abs(loss - expected) <= tolerance * max(1, abs(expected)), "\(entry): \(loss), expected \(expected)")
    }
    for (norm, taken) in [
      (report.discriminatorGradientNorm, comparison.lengths["d\(updates)"]),
      (report.generatorGradientNorm, comparison.lengths["g"]),
    ] {
      let taken = try #require(taken)
      #expect(abs(norm - taken) <= 1e-6 * taken, "the reported norm \(norm) and that of the gradient taken, \(taken)")
    }
    try comparison.expect(trainer.average.parameters, "g/average/", .layer)
    try comparison.expect(trainer.average.statistics, "g/average/")
  }
}

/// Steps that follow each other, without anything recorded in between, against PyTorch's own run of them in float64.
@Suite struct GoldenRunTests {
  @Test func threeStepsEndWherePyTorchEnds() throws {
    let fixture = try Fixture("run")
    let trainer = try Trainer<Double>(
      fixture.configuration, replicas: .alone(), pool: WorkerPool(threads: 1))
    try fixture.restore(trainer)
    trainer.latents = RecordedLatents(fixture: fixture)
    let batches = try RecordedBatches<Double>(fixture)
    for step in 1...3 {
      let report = try trainer.runStep(batches.next)
      for (loss, name) in [(report.discriminatorLoss, "d2"), (report.generatorLoss, "g")] {
        let expected = try fixture.file.doubles("step\(step)/\(name)/loss")[0]
        #expect(abs(loss - expected) <= 1e-9 * max(1, abs(expected)), "step \(step): \(name) \(loss), \(expected)")
      }
    }
    #expect(trainer.step == fixture.configuration.steps)
    trainer.average.updateSpectralNorms(of: trainer.generator)
    var names = Set<String>()
    for (name, arenas) in [
      ("generator", trainer.generator.context.weights), ("discriminator", trainer.discriminator.context.weights),
      ("average", trainer.average),
    ].map({ ($0, [$1.parameters, $1.statistics, $1.spectra]) })
      + [("generator", trainer.generatorAdam), ("discriminator", trainer.discriminatorAdam)].flatMap({ name, adam in
        [(name + "-adam-m", [adam.first]), (name + "-adam-v", [adam.second])]
      })
    {
      for arena in arenas {
        let (error, worst) = try fixture.worst(arena, "new/\(name)/", scale: .layer)
        #expect(error <= 1e-9, "\(worst) is off by \(error) of the largest entry of its layer")
        names.formUnion(arena.layout.entries.map { "new/\(name)/\($0.name)" })
      }
    }
    #expect(names == Set(fixture.file.names.filter { $0.hasPrefix("new/") }))
  }
}

extension Weights<Double> {
  /// Moves an average's spectral norms to its weights, as a run does before it writes a checkpoint.
  fileprivate func updateSpectralNorms(of trained: Generator<Double>) {
    Generator<Double>(
      trained.architecture, samples: 1, shards: 1, weights: self, isTrained: false, pool: trained.context.pool
    ).updateAverageSpectralNorms(from: trained.context.weights.spectra)
  }
}

/// Compares what a step shows of itself with a fixture.
private final class GoldenComparison<Scalar: KernelScalar & MPIScalar>: StepRecorder {
  /// The updates that were compared, in order.
  private(set) var updates: [String] = []
  /// Lengths of the gradients that were taken, by update.
  private(set) var lengths: [String: Double] = [:]
  /// What the fixture lacks.
  private(set) var failure: (any Error)?
  private let fixture: Fixture
  private let tolerance: Double
  private var taken: Arena<Scalar>?

  init(_ fixture: Fixture, tolerance: Double) {
    self.fixture = fixture
    self.tolerance = tolerance
  }

  func expect(_ arena: Arena<Scalar>, _ prefix: String, _ scale: Fixture.Scale = .entry) throws {
    let (error, name) = try fixture.worst(arena, prefix, scale: scale)
    #expect(error <= tolerance, "\(name) is off by \(error) of the largest entry")
  }

  func passWasJudged(
    _ verdict: Discriminator<Scalar>.Output, _ update: StepUpdate, _ trainer: Trainer<Scalar>
  ) {
    guard trainer.configuration.augmentation != .none else { return }
    let judged = trainer.buffers.images[rows: 0..<verdict.logits.count]
    check { try expect(judged.elements.map { Double($0) }, "\(update)/augmented") }
  }

  func imagesHave(gradient: Tensor<Scalar>, _ update: StepUpdate) {
    check { try expect(gradient.elements.map { Double($0) }, "\(update)/image_gradient") }
  }

  /// Compares numbers by the largest of them.
  private func expect(_ found: [Double], _ name: String) throws {
    let expected = try fixture.file.doubles(name)
    try #require(found.count == expected.count)
    let largest = expected.map(abs).max() ?? 0
    let difference = zip(expected, found).map { abs($0 - $1) }.max() ?? 0
    #expect(difference <= tolerance * largest, "\(name) is off by \(difference / largest) of the largest number")
  }

  func gradientsWereSummed(_ update: StepUpdate, _ sums: LossSums, _ trainer: Trainer<Scalar>) {
    check { try expect(trainer.context(of: update).gradients, "\(update)/summed/", .layer) }
  }

  func takenGradients(of update: StepUpdate, _ trainer: Trainer<Scalar>) -> Arena<Scalar>? {
    taken = Arena(trainer.context(of: update).weights.parameters.layout)
    return taken
  }

  func updateEnded(_ update: StepUpdate, _ trainer: Trainer<Scalar>) {
    updates.append("\(update)")
    let weights = trainer.context(of: update).weights
    let adam = update == .generator ? trainer.generatorAdam : trainer.discriminatorAdam
    check {
      let taken = try #require(taken)
      lengths["\(update)"] = taken.values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      try expect(taken, "\(update)/gradient/", .layer)
      try expect(weights.parameters, "\(update)/updated/", .layer)
      try expect(weights.spectra, "\(update)/updated/")
      try expect(weights.statistics, "\(update)/updated/")
      try expect(adam.second, "\(update)/adam-v/", .layer)
      try expect(adam.first, "\(update)/adam-m/", .layer)
    }
  }

  private func check(_ body: () throws -> Void) {
    do { try body() } catch { failure = failure ?? error }
  }
}

extension Trainer {
  /// The network that an update moves.
  fileprivate func context(of update: StepUpdate) -> NetworkWorkspace<Scalar> {
    update == .generator ? generator.context : discriminator.context
  }
}
