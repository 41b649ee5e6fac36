import DataParallel
import Formats
import Kernels
import Layers
import MPI
import Networks
import Optimizers
import Tensors
import Testing
import Training

/// One discriminator update and one generator update of each family against PyTorch in float64.
@Suite struct GoldenStepTests {
  private let pool = WorkerPool(threads: 1)

  /// In double precision every number agrees to rounding; σ's projections and deep sums lose a few digits of sixteen.
  @Test(arguments: ["sagan", "sngan", "acgan"])
  func doublePrecision(family: String) throws {
    try check(family, Double.self, tolerance: 1e-9)
  }

  /// In single precision gradients are within 1e-4 of the largest entry of their layer.
  @Test(arguments: ["sagan", "sngan", "acgan"])
  func singlePrecision(family: String) throws {
    try check(family, Float.self, tolerance: 1e-4)
  }

  private func check<Scalar: KernelScalar & MPIScalar>(
    _ family: String, _ type: Scalar.Type, tolerance: Double
  ) throws {
    let fixture = try Fixture(family)
    let trainer = Trainer<Scalar>(
      fixture.configuration, fixture.generator, fixture.discriminator, replicas: .alone(), pool: pool)
    try fixture.restore(trainer)
    func expect(_ arena: Arena<Scalar>, _ prefix: String, _ scale: Fixture.Scale = .entry) throws {
      let (error, name) = try fixture.worst(arena, prefix, scale: scale)
      #expect(error <= tolerance, "\(name) is off by \(error) of the largest entry")
    }
    func expect(_ value: Double, _ name: String) throws {
      let expected = try fixture.file.doubles(name)[0]
      #expect(abs(value - expected) <= tolerance * max(1, abs(expected)), "\(name): \(value), expected \(expected)")
    }

    let real = try fixture.file.doubles("d/real").map { Scalar($0) }
    let realLabels = try fixture.file.int32s("d/real_labels")
    trainer.setLatents(
      try fixture.file.doubles("d/latents").map { Scalar($0) }, labels: try fixture.file.int32s("d/fake_labels"))
    let workspace = Workspace()
    defer { withExtendedLifetime(workspace) {} }
    let side = fixture.generator.resolution
    let images: Tensor<Scalar> = workspace.tensor(
      Shape(realLabels.count, side, side, fixture.generator.imageChannels))
    for (i, pixel) in real.enumerated() { images.base[i] = pixel }
    let sums = realLabels.withUnsafeBufferPointer { labels in
      labels.baseAddress.map { trainer.discriminatorGradients(images, $0) } ?? LossSums()
    }
    let discriminator = trainer.discriminator.context
    trainer.discriminator.finishGradients()
    try expect(discriminator.gradients, "d/gradient/", .layer)
    trainer.updateDiscriminator()
    var report = StepReport()
    report.take(discriminator: sums, fixture.configuration)
    try expect(report.discriminatorLoss, "d/loss")
    try expect(discriminator.weights.parameters, "d/updated/", .layer)
    try expect(discriminator.weights.spectra, "d/updated/")
    try expect(trainer.discriminatorAdam.second, "d/adam-v/", .layer)
    try expect(trainer.discriminatorAdam.first, "d/adam-m/", .layer)

    trainer.setLatents(
      try fixture.file.doubles("g/latents").map { Scalar($0) }, labels: try fixture.file.int32s("g/labels"))
    let generatorSums = trainer.generatorGradients()
    let generator = trainer.generator.context
    trainer.generator.finishGradients()
    try expect(generator.gradients, "g/gradient/", .layer)
    trainer.updateGenerator()
    report.take(generator: generatorSums, fixture.configuration)
    try expect(report.generatorLoss, "g/loss")
    try expect(generator.weights.parameters, "g/updated/", .layer)
    try expect(generator.weights.spectra, "g/updated/")
    try expect(generator.weights.statistics, "g/updated/")
    try expect(trainer.generatorAdam.second, "g/adam-v/", .layer)
    try expect(trainer.generatorAdam.first, "g/adam-m/", .layer)
    try expect(trainer.average.parameters, "g/average/", .layer)
    try expect(trainer.average.statistics, "g/average/")
  }
}
