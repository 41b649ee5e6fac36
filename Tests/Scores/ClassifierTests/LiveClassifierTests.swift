import Classifier
import DataParallel
import Datasets
import Files
import Formats
import Foundation
import Kernels
import Layers
import Networks
import Tensors
import TestSupport
import Testing
import Threads

/// Classifiers and their gradients against PyTorch, by Tests/pytorch/check_classifier.py, where that has what it needs.
///
/// `PYTHON` names the interpreter.
@Suite("Classifier against PyTorch", .serialized) struct LiveClassifierTests {
  private let folder: TemporaryDirectory
  private let workspace = Workspace()

  init() throws { folder = try TemporaryDirectory() }

  @Test("features, logits, loss and gradients", arguments: [(16, 3), (32, 1), (64, 3)])
  func check(resolution: Int, channels: Int) throws {
    let images = SyntheticShapes(resolution: resolution, channels: channels, classes: 5, count: 200)
    // A few steps, so that running statistics and biases are no longer those of the start.
    let classifier = try Classifier.train(
      on: ImageSelection(images),
      recipe: ClassifierRecipe(resolution: resolution, channels: channels, classes: 5, steps: 4), replicas: .alone(),
      pool: WorkerPool(threads: 1))
    try classifier.write(folder.path + "/classifier.safetensors")
    try writePictures(classifier, images)
    try writeStep(classifier, images)
    let (code, output) = try script()
    if code == 77 || code == 127 { return print("the classifier was not compared with PyTorch: \(output)") }
    // Two outputs, the loss, the decisions, and a gradient of each parameter.
    let checks = 4 + classifier.parameterCount
    #expect(code == 0 && output.contains("\n\(checks) passed, 0 failed"), "\(output)")
  }

  /// Runs the script; returns its exit code and what it printed.
  private func script() throws -> (code: Int32, output: String) {
    var tests = URL(fileURLWithPath: #filePath)
    while tests.lastPathComponent != "Tests" { tests.deleteLastPathComponent() }
    let python = ProcessInfo.processInfo.environment["PYTHON"] ?? "python3"
    let process = try ChildProcess(
      ["/usr/bin/env", python, tests.path + "/pytorch/check_classifier.py", folder.path],
      output: folder.path + "/output", errors: folder.path + "/errors")
    let code = try #require(process.wait(seconds: 3600))
    return (code, try folder.text("output") + folder.text("errors"))
  }

  /// The first `count` images, `[count, H, W, C]`.
  private func pictures(_ images: any ImageDataset, _ count: Int) throws -> Tensor<Float> {
    let (side, channels) = (images.resolution, images.channels)
    let result: Tensor<Float> = workspace.tensor(Shape(count, side, side, channels))
    let pixels = workspace.buffer(images.imageSize, of: UInt8.self)
    for index in 0..<count {
      try images.copyPixels(index, into: pixels)
      PixelScaling.convert(pixels, into: result[rows: index..<index + 1])
    }
    return result
  }

  private func write(_ tensors: [(String, [Int], [Float])], to name: String) throws {
    var writer = SafetensorsWriter()
    for (name, shape, numbers) in tensors { writer.add(name, shape: shape) { numbers } }
    _ = try writer.write(to: OutputFile(path: folder.path + "/" + name))
  }

  private func writePictures(_ classifier: Classifier, _ images: any ImageDataset) throws {
    let count = 12
    let pictures = try pictures(images, count)
    let extractor = ClassifierExtractor(classifier, batch: 5, pool: WorkerPool(threads: 2))
    let features: Tensor<Float> = workspace.tensor(Shape(count, extractor.featureCount))
    let logits: Tensor<Float> = workspace.tensor(Shape(count, extractor.logitCount))
    extractor.extract(pictures, into: features, logits: logits)
    let shape = [count, images.resolution, images.resolution, images.channels]
    try write(
      [
        ("pictures", shape, Array(pictures.elements)),
        ("features", [count, extractor.featureCount], Array(features.elements)),
        ("logits", [count, extractor.logitCount], Array(logits.elements)),
      ], to: "pictures.safetensors")
  }

  /// Loss and gradients of one batch, by the network that training uses.
  private func writeStep(_ classifier: Classifier, _ images: any ImageDataset) throws {
    let (shards, perShard, recipe) = (2, 8, classifier.recipe)
    let count = shards * perShard
    let network = ClassifierNetwork(
      recipe.architecture, samples: count, shards: shards, weights: classifier.weights, isTrained: true,
      pool: WorkerPool(threads: 2))
    let pictures = try pictures(images, count)
    let side = recipe.architecture.resolution
    let folded: Tensor<Float> = workspace.tensor(Shape(count, side, side, recipe.architecture.imageChannels))
    fold(pictures, recipe.fold, into: folded)
    let classes = workspace.buffer(count, of: Int32.self)
    for index in 0..<count { classes[index] = Int32(images.label(index)) }
    let gradient: Tensor<Float> = workspace.tensor(Shape(count, recipe.classes))
    var sums = LossSums()
    CrossEntropyLoss.apply(
      network.forward(folded).logits, labels: Labels(classes), weight: 1, batchSize: count, gradient: gradient,
      sums: &sums)
    let masks = MaskRecorder()
    network.record(masks)
    network.backward(gradient)
    let arena = network.context.gradients
    let shape = [shards, perShard, recipe.resolution, recipe.resolution, recipe.channels]
    try write(
      [
        ("pictures", shape, Array(pictures.elements)), ("labels", [shards, perShard], classes.map(Float.init)),
        ("loss", [1], [Float(sums.crossEntropy / Double(count))]),
      ] + arena.layout.entries.map { ($0.name, $0.fileShape, arena.fileOrder($0)) }
        + masks.masks.map { ("mask/" + $0, [shards, perShard] + $1.dropFirst(), $2) }, to: "step.safetensors")
  }
}

/// Keeps which ReLUs passed, by name.
private final class MaskRecorder: ActivationRecorder {
  private(set) var masks: [(name: String, shape: [Int], numbers: [Float])] = []

  func record(mask name: String, _ shape: Shape, _ bytes: [UInt8]) {
    masks.append((name, (0..<shape.rank).map { shape[$0] }, bytes.map(Float.init)))
  }

  func record(winners name: String, _ shape: Shape, _ bytes: [UInt8]) {}
}

extension Classifier {
  /// Number of tensors that are trained.
  fileprivate var parameterCount: Int { weights.parameters.layout.entries.count }
}
