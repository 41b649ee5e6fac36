internal import Checkpoints
internal import Configuration
package import DataParallel
internal import Datasets
internal import Files
package import Logging
internal import Runs
internal import Sampling
internal import Statistics
internal import Threads

/// An evaluation from start to end; all ranks take part and know its outcome.
///
/// Whatever can fail is agreed upon, so that one rank throws the error and all others `RemoteFailureError`.
package final class EvaluationRun {
  let options: EvaluationOptions
  let replicas: ReplicaGroup
  let logger: Logger
  let progress: (Extraction.Progress) -> Void
  let pool: WorkerPool
  var warnings: [String] = []

  /// Prepares an evaluation.
  ///
  /// - Parameters:
  ///   - options: What is asked for.
  ///   - replicas: The ranks.
  ///   - logger: Tells people how it goes; silent on all ranks but one.
  ///   - progress: Is told of images that are done, on every rank.
  /// - Throws: `ThreadError` if the system starts no further threads.
  package init(
    _ options: EvaluationOptions, replicas: ReplicaGroup, logger: Logger,
    progress: @escaping (Extraction.Progress) -> Void
  ) throws {
    (self.options, self.replicas, self.logger, self.progress) = (options, replicas, logger, progress)
    pool = try replicas.agree { try WorkerPool(starting: options.threads) }
  }

  var tool: ScoringTool? { options.request.tool }

  /// Evaluates.
  ///
  /// - Returns: The outcome, and the run directory that it belongs to, if it does to one.
  /// - Throws: A `ReportedError`.
  package func evaluate() throws -> (evaluation: Evaluation, run: String?) {
    switch options.subject {
    case .checkpoint(let path, let version): return try evaluate(checkpoint: path, version)
    case .images(let path): return (try evaluate(images: path), nil)
    }
  }

  private func evaluate(checkpoint path: String, _ version: CheckpointSampler.Version) throws -> (Evaluation, String?) {
    let (checkpoint, sampler, settings) = try replicas.agree {
      let checkpoint = try Checkpoint.existing(in: path, isBest: options.isBest, logger: logger)
      let sampler = try CheckpointSampler(
        checkpoint, version: version, seed: options.seed, convolutions: options.convolutions, threads: options.threads)
      var settings = sampler.configuration.settings
      try checkpoint.locateData(for: &settings, options.data)
      return (checkpoint, sampler, settings)
    }
    let data = try open(settings)
    let (step, names) = (checkpoint.manifest.step, data.training.classNames)
    let weights = checkpoint.manifest.files[version.file + ".safetensors"]?.xxh3 ?? checkpoint.manifest.checksum
    var line = EvaluationProtocol(
      generator: weights, step: step, weights: version.rawValue, seed: sampler.seed, samples: options.samples)
    let generated = GeneratedSide(
      sampler.sampler, count: options.samples, classNames: names,
      description: "samples of '\(checkpoint.path)'",
      fingerprint: "\(weights) \(version.rawValue) \(sampler.seed) \(options.samples)")
    if checkpoint.manifest.dataFingerprint != data.training.fingerprint {
      warnings.append(
        "the run was trained on other images than those of '\(data.settings.data)': their fingerprints differ")
    }
    if Set(data.training.summary.histogram).count > 1, let most = data.training.summary.histogram.max(),
      let least = data.training.summary.histogram.min(), most > 2 * max(least, 1)
    {
      warnings.append(
        "classes of the reference have \(grouped(least)) to \(grouped(most)) images, and generated images are equally many of each "
          + "class: part of every distance is this difference")
    }
    let extractor = try extractor(data)
    let reference = try reference() ?? side(data.reference)
    return (
      try finish(
        GivenSide(generated), reference, heldOut: options.reference == nil ? data.heldOut : nil, extractor, data.cache,
        &line),
      RunFiles.around(path)
    )
  }

  private func evaluate(images path: String) throws -> Evaluation {
    let generated = try generated(path)
    warnings += generated.warnings
    var line = EvaluationProtocol()
    line.add("generated", generated.fingerprint)
    if let count = generated.count { line.add("samples", count) }
    let reference = try reference()
    if let reference, let lossy = reference.lossyCount, let others = generated.lossyCount, (lossy == 0) != (others == 0)
    {
      warnings.append(
        "the images of one side are JPEG files and those of the other are not: part of every distance is what JPEG takes away"
      )
    }
    let cache = options.data.cache ?? options.cache ?? "cache"
    if options.data.data == nil, let reference {
      if generated.images == nil, reference.images == nil { return try compare(generated, reference, &line) }
      return try finish(generated, reference, heldOut: nil, try networkExtractor(choice()), cache, &line)
    }
    guard let images = generated.images else {
      try replicas.agree {
        throw DatasetError(
          .configuration,
          "'\(path)' holds statistics, which are compared with --reference and not with --data, whose images would be of a size that "
            + "nobody knows; write those of the data with sagan statistics")
      }
      preconditionFailure("ranks agreed on no error")
    }
    let data = try open(
      EvaluationData.settings(
        options.data.data ?? "", resolution: images.height, channels: images.channels, cache: cache))
    let extractor = try extractor(data)
    var named = generated
    named.images = RelabelledSide(images, classes: data.reference.classNames) ?? images
    return try finish(
      named, try reference ?? side(data.reference), heldOut: reference == nil ? data.heldOut : nil, extractor,
      data.cache, &line)
  }

  /// What `--images` names: a path, or a data set whose images have a size of their own.
  private func generated(_ path: String) throws -> GivenSide {
    let count = options.samples > 0 ? options.samples : nil
    let isThere = replicas.largest(FileStatus(path) == nil ? 0 : 1) == 1
    guard !isThere, let data = try? DataSpecification(parsing: path), let side = data.nativeResolution else {
      return try GivenSide(path, count: count, option: "--samples", like: tool, replicas: replicas)
    }
    let cache = options.data.cache ?? options.cache ?? "cache"
    let images = try open(EvaluationData.settings(path, resolution: side, channels: nil, cache: cache)).reference
    try replicas.agree {
      if let count, count > images.count {
        throw DatasetError(
          .configuration,
          "expected \(grouped(count)) images in '\(path)' and found \(grouped(images.count)); ask for fewer with --samples"
        )
      }
    }
    return GivenSide(DatasetSide(images, count: count))
  }

  /// What `--reference` names; `nil` without it.
  private func reference() throws -> GivenSide? {
    guard let path = options.reference else { return nil }
    let side = try GivenSide(
      path, count: options.referenceSamples, option: "--reference-samples", like: tool, replicas: replicas)
    warnings += side.warnings
    return side
  }

  /// Some images of a data set.
  private func side(_ images: any ImageDataset) throws -> GivenSide {
    try replicas.agree {
      if let count = options.referenceSamples, count > images.count {
        throw DatasetError(
          .configuration,
          "expected \(grouped(count)) images of the reference and found \(grouped(images.count)); ask for fewer with "
            + "--reference-samples")
      }
    }
    return GivenSide(DatasetSide(images, count: options.referenceSamples))
  }

  /// Opens the images of settings.
  func open(_ settings: TrainingSettings) throws -> EvaluationData {
    try EvaluationData(
      settings, cache: options.cache, threads: options.threads, replicas: replicas, logger: logger)
  }

  /// Which network makes the features: what was asked for, else the run's, where it is another program's, too.
  func choice(_ settings: TrainingSettings? = nil) -> ExtractorChoice {
    if let choice = options.extractor { return choice }
    let own = settings?.evaluateExtractor
    guard tool != nil else { return own ?? .classifier }
    return if case .inception? = own { own ?? .inception(nil) } else { .inception(nil) }
  }

  /// The network that was chosen.
  func extractor(_ data: EvaluationData) throws -> any RowExtractor {
    let choice = choice(data.settings)
    guard choice == .classifier else { return try networkExtractor(choice) }
    return try ClassifierTraining(replicas: replicas, pool: pool, logger: logger, progress: progress).extractor(
      training: data.training, heldOut: data.classifierTest, cache: data.cache, batch: options.batch)
  }

  private func networkExtractor(_ choice: ExtractorChoice) throws -> any RowExtractor {
    try replicas.agree {
      try NetworkChoice(choice, like: tool, threads: options.threads).extractor(pool: pool)
    }
  }
}
