import BLAS
import Checkpoints
import Configuration
import Files
import Formats
import Foundation
import Interchange
import Layers
import Logging
import Networks
import Tensors
import TestSupport
import Threads
import TrainingTestSupport

/// Files of `Tests/Fixtures/interchange` in a folder of the test's own, and runs made of them.
struct InterchangeFixture {
  let folder: TemporaryDirectory
  static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  /// Copies fixtures, each under its own name or another one.
  init(_ names: [String: String]) throws {
    BLASLibrary.useCallingThread()
    folder = try TemporaryDirectory()
    for (name, copy) in names { try folder.file(copy, try Fixtures.bytes(name, in: "interchange")) }
  }

  func path(_ name: String) -> String { folder.path + "/" + name }

  /// The tensors of a fixture by name, changed, in a file of safetensors.
  func alter(
    _ name: String, to copy: String, _ change: (inout [String: (shape: [Int], numbers: [Float])]) -> Void
  ) throws {
    let file = try WeightsFiles.open(
      path: try folder.file("original-" + copy, try Fixtures.bytes(name, in: "interchange")))
    var tensors: [String: (shape: [Int], numbers: [Float])] = [:]
    for tensor in file.names {
      tensors[tensor] = (try file.shape(of: tensor), try file.singles(tensor, shape: nil))
    }
    change(&tensors)
    var writer = SafetensorsWriter()
    for (tensor, value) in tensors.sorted(by: { $0.key < $1.key }) {
      writer.add(tensor, shape: value.shape) { value.numbers }
    }
    _ = try writer.write(to: try OutputFile(path: path(copy)))
  }

  /// A run of the imported weights.
  ///
  /// - Parameters:
  ///   - peer: Whose they are.
  ///   - generator: The name of the generator's file.
  ///   - discriminator: The discriminator's.
  ///   - average: The average's.
  ///   - settings: What `--set` says.
  ///   - out: The run directory's name.
  /// - Returns: The run's checkpoint, and what the command prints.
  /// - Throws: What the import throws.
  @discardableResult
  func imported(
    _ peer: Peer, _ generator: String, discriminator: PeerFiles.Choice = .beside, average: PeerFiles.Choice = .beside,
    settings: [String] = [], out: String = "run"
  ) throws -> (checkpoint: Checkpoint, lines: [String]) {
    let files = PeerFiles(path(generator), discriminator: discriminator, average: average, of: peer)
    let sources = SettingSources(
      preset: nil, assignments: try (["batch=4", "generator-batch=4"] + settings).map(SettingAssignment.init(parsing:)))
    let lines = try ImportRun(peer, files, sources, logger: Self.logger).write(to: path(out), threads: 1)
    return (try Checkpoint.existing(in: path(out)), lines)
  }

  /// The images that a checkpoint's generator makes of latent vectors and labels, rows first, channels fastest.
  static func images(
    _ checkpoint: Checkpoint, file: String = "generator", latents: [Float], labels: [Int32]
  ) throws -> [Float] {
    let configuration = try checkpoint.configuration()
    let generator = Generator<Float>(
      configuration.generator, samples: labels.count, shards: 1, isTrained: false, pool: WorkerPool(threads: 1))
    try checkpoint.restore([.weights(file, generator.context.weights, "")])
    return withTensors { source in
      let z: Tensor<Float> = source.tensor(
        Shape(labels.count, configuration.generator.latentSize), latents.map(Double.init))
      var labels = labels
      return labels.withUnsafeMutableBufferPointer {
        generator.forward(z, labels: Labels($0), statistics: .running).elements.map { $0 }
      }
    }
  }

  /// The logits that a checkpoint's discriminator gives to images.
  static func logits(_ checkpoint: Checkpoint, images: [Float], labels: [Int32]) throws -> [Float] {
    let configuration = try checkpoint.configuration()
    let discriminator = Discriminator<Float>(
      configuration.discriminator, samples: labels.count, shards: 1, isTrained: false, pool: WorkerPool(threads: 1))
    try checkpoint.restore([.weights("discriminator", discriminator.context.weights, "")])
    let side = configuration.resolution
    return withTensors { source in
      let x: Tensor<Float> = source.tensor(
        Shape(labels.count, side, side, configuration.imageChannels), images.map(Double.init))
      var labels = labels
      return labels.withUnsafeMutableBufferPointer {
        discriminator.forward(x, labels: Labels($0)).logits.elements.map { $0 }
      }
    }
  }

  /// The fixed images of the fixtures: two of 32 × 32 × 3.
  static var images: [Float] {
    (0..<6144).map { (place: Int) -> Float in
      let byte = Double(place * 7919 % 255)
      return Float(byte / 127.5 - 1)
    }
  }

  /// The labels of the fixtures.
  static let labels: [Int32] = [2, 0]

  /// Numbers of `expected.safetensors`.
  func expected(_ name: String) throws -> [Float] {
    let path = path("expected.safetensors")
    if !FileManager.default.fileExists(atPath: path) {
      try folder.file("expected.safetensors", try Fixtures.bytes("expected.safetensors", in: "interchange"))
    }
    return try SafetensorsFile(path: path).floats(name)
  }

  /// What numbers may be away from a peer's.
  ///
  /// Rounding on different processors makes up to 1.1e-5; StudioGAN's variances without what its larger ε adds to them would be 8e-5 away.
  static let tolerance: Float = 3e-5

  /// The largest difference between images and the pixels that the fixtures have of them: every third row and column, channels first.
  static func difference(of images: [Float], from pixels: [Float]) -> Float {
    let places = Array(stride(from: 0, to: 32, by: 3))
    var (result, next): (Float, Int) = (0, 0)
    for image in 0..<2 {
      for channel in 0..<3 {
        for row in places {
          for column in places {
            result = max(result, abs(images[((image * 32 + row) * 32 + column) * 3 + channel] - pixels[next]))
            next += 1
          }
        }
      }
    }
    return next == pixels.count ? result : .infinity
  }

  static func difference(of numbers: [Float], and others: [Float]) -> Float {
    numbers.count == others.count ? zip(numbers, others).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
  }
}
