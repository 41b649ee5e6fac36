public import Checkpoints
internal import Configuration
internal import Files
internal import Formats
internal import Layers
internal import Networks
internal import Runs
internal import Threads

/// What files are made for.
public enum ExportTarget: String, CaseIterable, Sendable {
  /// ajbrock/BigGAN-PyTorch: `G.pth`, `G_ema.pth` and `D.pth`.
  case bigGAN = "biggan-pytorch"
  /// This program's own tensors in files of PyTorch, with a class that reads them.
  case pyTorch = "pytorch"
  /// A folder for the Hugging Face Hub.
  case huggingFace = "huggingface"
  /// The generator alone, in ONNX.
  case onnx
}

/// Makes files for other programs of a checkpoint.
public struct ExportRun {
  let checkpoint: Checkpoint
  let configuration: TrainingConfiguration
  let generator: NetworkTensors
  let average: NetworkTensors
  let discriminator: NetworkTensors
  /// Scores of the checkpoint's samples, if there are some.
  public var scores: [ExportedScores] = []

  /// Reads the networks of a checkpoint.
  ///
  /// - Parameter checkpoint: A whole one.
  /// - Throws: A `ReportedError` if it cannot be used.
  public init(_ checkpoint: Checkpoint) throws {
    self.checkpoint = checkpoint
    configuration = try checkpoint.configuration()
    let (pool, table) = (WorkerPool(threads: 1), configuration.generator)
    let (raw, averaged) = (
      Generator<Float>(table, samples: 1, shards: 1, isTrained: false, pool: pool),
      Generator<Float>(table, samples: 1, shards: 1, isTrained: false, pool: pool)
    )
    let judge = Discriminator<Float>(configuration.discriminator, samples: 1, shards: 1, isTrained: false, pool: pool)
    try checkpoint.restore([
      .weights("generator", raw.context.weights, ""), .weights("generator-average", averaged.context.weights, ""),
      .weights("discriminator", judge.context.weights, ""),
    ])
    generator = NetworkTensors(raw.context.weights)
    average = NetworkTensors(averaged.context.weights)
    discriminator = NetworkTensors(judge.context.weights)
  }

  /// Writes the files.
  ///
  /// - Parameters:
  ///   - target: For whom.
  ///   - out: A folder; for ONNX a file.
  ///   - isRaw: Whether what holds one generator holds the trained weights in place of their average.
  ///   - isForced: Whether files of these names are replaced.
  ///   - sheet: Writes a picture of samples to a path.
  /// - Returns: Lines that say what was written, and what to know of it.
  /// - Throws: `ConfigurationError` where the target cannot represent the networks, `FileError` where files cannot be written.
  public func write(
    _ target: ExportTarget, to out: String, isRaw: Bool = false, isForced: Bool = false,
    sheet: (_ path: String) throws -> Void
  ) throws -> [String] {
    try Checkpoint.checkOutside(target == .onnx ? out : out + "/file")
    let chosen = isRaw ? generator : average
    switch target {
    case .bigGAN:
      let export = try BigGANExport(self)
      return try export.write(to: try folder(out, ["G.pth", "G_ema.pth", "D.pth"], isForced), isForced: isForced)
    case .pyTorch:
      let names = ["generator.pth", "generator-average.pth", "discriminator.pth", "architecture.json"]
      let folder = try folder(out, names + [PyTorchClass.fileName], isForced)
      for (name, tensors) in [
        ("generator", generator), ("generator-average", average), ("discriminator", discriminator),
      ] {
        var writer = PyTorchWriter()
        for tensor in tensors.names { writer.add(tensor, shape: tensors.shape(tensor)) { tensors.numbers(tensor) } }
        try writer.write(to: try OutputFile(path: "\(folder)/\(name).pth", isForced: isForced))
      }
      let table = Array((configuration.generator.json + "\n").utf8)
      try OutputFile.write(table, to: folder + "/architecture.json", isForced: isForced)
      try OutputFile.write(Array(PyTorchClass.text.utf8), to: "\(folder)/\(PyTorchClass.fileName)", isForced: isForced)
      return [
        "generator.pth, generator-average.pth, discriminator.pth: state dicts with the names of docs/checkpoints.md"
      ]
    case .huggingFace:
      return try HuggingFaceExport(run: self, tensors: chosen, isRaw: isRaw)
        .write(to: try folder(out, HuggingFaceExport.files, isForced), isForced: isForced, sheet: sheet)
    case .onnx:
      try ONNXGenerator(configuration.generator, chosen).write(
        to: try OutputFile(path: out, isForced: isForced), in: checkpoint)
      return ["inputs latents [N, \(configuration.latentSize)] (float) and labels [N] (int64), output images in −1…1"]
    }
  }

  /// The folder of a path, made if it is not there, where all files of these names can be written: they appear together or not at
  /// all, unless the disk is full.
  private func folder(_ path: String, _ names: [String], _ isForced: Bool) throws(FileError) -> String {
    try Directory.create(path)
    for name in names { _ = try OutputFile(path: path + "/" + name, isForced: isForced) }
    return path
  }
}

/// What is known of how good a checkpoint's samples are.
public struct ExportedScores: Sendable {
  /// What the scores depend on, field by field.
  public let conditions: [(name: String, value: String)]
  /// Names and values.
  public let scores: [(name: String, value: Double)]

  /// Scores of one evaluation.
  public init(conditions: [(name: String, value: String)], scores: [(name: String, value: Double)]) {
    (self.conditions, self.scores) = (conditions, scores)
  }
}
