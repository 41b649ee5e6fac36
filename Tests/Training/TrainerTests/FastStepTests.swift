import TestSupport
import Configuration
import Trainer
import DataParallel
import Kernels
import Layers
import MPI
import Networks
import Tensors
import Testing
import TestSupport
import Threads

/// The kernels that training really uses, in a whole step, against the plain ones in double precision.
///
/// Fixtures have few channels, and so none of the packed convolutions and packed attention that published networks have.
@Suite struct FastStepTests {
  @Test("a step of sagan32 in single precision takes the gradients of one in double precision")
  func sagan32() throws {
    var settings = try TrainingSettings.preset(named: "sagan32")
    try settings.apply(["batch=4", "shards=2", "initial-gamma=0.5"].map { try SettingAssignment(parsing: $0) })
    (settings.classes, settings.imageChannels, settings.convolutions) = (10, 3, .fast)
    let pool = WorkerPool(threads: 2)
    let single = try Trainer<Float>(TrainingConfiguration(settings), replicas: .alone(), pool: pool)
    single.initialize()
    let double = try Trainer<Double>(single, pool: pool)
    let packed = single.generator.context.weights.parameters.layout.entries.filter { $0.shape.count == 5 }
    #expect(packed.count >= 6, "the network has packed convolutions")
    let (found, expected) = (try gradients(of: single), try gradients(of: double))
    #expect(found.keys.sorted() == expected.keys.sorted() && found.count > 60)
    let layers = Dictionary(grouping: expected.keys) { $0.split(separator: ".").dropLast().joined(separator: ".") }
    for names in layers.values {
      let length = names.reduce(0) { $0 + square(expected[$1] ?? []) }.squareRoot()
      for name in names {
        let difference = zip(found[name] ?? [], expected[name] ?? []).map { $0 - $1 }
        // A rectifier that stands near 0 may decide otherwise; in replays a missing term of the gradient was 1.7e-2 or more.
        #expect(square(difference).squareRoot() <= 2e-3 * length, "\(name)")
      }
    }
  }

  private func square(_ numbers: [Double]) -> Double { numbers.reduce(0) { $0 + $1 * $1 } }

  /// The gradients that both optimizers take in a step, by update and name, in file order.
  private func gradients<Scalar>(of trainer: Trainer<Scalar>) throws -> [String: [Double]] {
    let recorder = GradientRecorder<Scalar>()
    trainer.recorder = recorder
    let workspace = Workspace()
    let images: Tensor<Scalar> = workspace.tensor(Shape(4, 32, 32, 3))
    var stream = RandomStream(seed: 5, purpose: .test)
    for i in 0..<images.count { images.base[i] = Scalar(Float(2 * stream.uniform() - 1)) }
    let labels = workspace.buffer(4, of: Int32.self)
    for n in 0..<4 { labels[n] = Int32(2 * n) }
    _ = try trainer.runStep { (images, Labels(labels)) }
    withExtendedLifetime(workspace) {}
    return recorder.gradients
  }
}

/// Keeps the gradients that an update takes.
private final class GradientRecorder<Scalar: KernelScalar & MPIScalar>: StepRecorder {
  private(set) var gradients: [String: [Double]] = [:]
  private var taken = Arena<Scalar>(ArenaLayout())

  func takenGradients(of update: StepUpdate, _ trainer: Trainer<Scalar>) -> Arena<Scalar>? {
    let context = update == .generator ? trainer.generator.context : trainer.discriminator.context
    taken = Arena(context.weights.parameters.layout)
    return taken
  }

  func updateEnded(_ update: StepUpdate, _ trainer: Trainer<Scalar>) {
    for entry in taken.layout.entries {
      gradients["\(update)/\(entry.name)"] = taken.fileOrder(entry).map { Double($0) }
    }
  }
}
