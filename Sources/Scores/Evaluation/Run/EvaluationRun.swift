internal import Checkpoints
internal import Configuration
package import DataParallel
internal import Datasets
internal import Files
package import Logging
internal import Runs
internal import Sampling
internal import Threads

/// An evaluation from start to end; all ranks take part and know its outcome.
///
/// Whatever can fail is agreed upon, so that one rank throws the error and all others `RemoteFailureError`.
package final class EvaluationRun {
  private let options: EvaluationOptions
  private let replicas: ReplicaGroup
  private let logger: Logger
  private let progress: (Extraction.Progress) -> Void
  private let pool: WorkerPool
  private var warnings: [String] = []

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
    var line = EvaluationProtocol()
    line.add("generated", "\(weights)")
    line.add("step", step)
    line.add("weights", version.rawValue)
    line.add("batch-norm", "running")
    line.add("seed", sampler.seed)
    line.add("samples", options.samples)
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
    if let folder = options.reference {
      let reference = try FolderSide(folder, count: options.referenceSamples, replicas: replicas)
      warnings += reference.warnings
      return (
        try finish(generated, reference, heldOut: nil, extractor, data.cache, &line), RunFiles.around(path)
      )
    }
    return (
      try finish(generated, data.reference, heldOut: data.heldOut, extractor, data.cache, &line), RunFiles.around(path)
    )
  }

  private func evaluate(images path: String) throws -> Evaluation {
    let generated = try FolderSide(path, count: options.samples > 0 ? options.samples : nil, replicas: replicas)
    warnings += generated.warnings
    var line = EvaluationProtocol()
    line.add("generated", generated.fingerprint)
    line.add("samples", generated.count)
    if let reference = options.reference {
      let folder = try FolderSide(reference, count: options.referenceSamples, replicas: replicas)
      warnings += folder.warnings
      if (folder.lossyCount == 0) != (generated.lossyCount == 0) {
        warnings.append(
          "the images of one side are JPEG files and those of the other are not: part of every distance is what JPEG takes away"
        )
      }
      let extractor = try networkExtractor(options.extractor ?? .classifier)
      return try finish(generated, folder, heldOut: nil, extractor, options.cache ?? "cache", &line)
    }
    var settings = try replicas.agree {
      var settings = TrainingSettings(
        preset: "", data: options.data.data ?? "", resolution: generated.height, steps: 0, batch: 1, generatorBatch: 1,
        shards: 1)
      settings.imageChannels = generated.channels
      return settings
    }
    settings.cache = options.data.cache ?? options.cache ?? "cache"
    let data = try open(settings)
    let extractor = try extractor(data)
    return try finish(generated, data.reference, heldOut: data.heldOut, extractor, data.cache, &line)
  }

  private func open(_ settings: TrainingSettings) throws -> EvaluationData {
    let cache = options.cache ?? settings.cacheFolder(of: ".")
    return try EvaluationData(
      settings, access: DecodeOptions(cacheFolder: cache, threads: options.threads, logger: logger), replicas: replicas)
  }

  /// The network that was chosen.
  private func extractor(_ data: EvaluationData) throws -> any RowExtractor {
    let choice = options.extractor ?? data.settings.evaluateExtractor ?? .classifier
    guard choice == .classifier else { return try networkExtractor(choice) }
    return try ClassifierTraining(replicas: replicas, pool: pool, logger: logger, progress: progress).extractor(
      training: data.training, heldOut: data.judging,
      cache: data.cache, batch: options.batch)
  }

  private func networkExtractor(_ choice: ExtractorChoice) throws -> any RowExtractor {
    try replicas.agree { try NetworkChoice(choice, threads: options.threads).extractor(pool: pool) }
  }

  /// Computes features and scores.
  private func finish(
    _ generated: any PixelSource, _ reference: any ImageDataset, heldOut: (any ImageDataset)?,
    _ extractor: any RowExtractor, _ cache: String, _ line: inout EvaluationProtocol
  ) throws -> Evaluation {
    try replicas.agree {
      if let count = options.referenceSamples, count > reference.count {
        throw DatasetError(
          .configuration,
          "expected \(grouped(count)) images of the reference and found \(grouped(reference.count)); ask for fewer with "
            + "--reference-samples")
      }
    }
    return try finish(
      generated, DatasetSide(reference, count: options.referenceSamples), heldOut: heldOut.map { DatasetSide($0) },
      extractor, cache,
      &line)
  }

  private func finish(
    _ generated: any PixelSource, _ reference: any PixelSource, heldOut: (any PixelSource)?,
    _ extractor: any RowExtractor, _ cache: String, _ line: inout EvaluationProtocol
  ) throws -> Evaluation {
    try replicas.agree {
      for side in [generated, reference] + [heldOut].compactMap({ $0 }) where side.count < 2 {
        throw DatasetError(
          .malformed,
          "expected at least 2 images and found \(side.count) (\(side.description)); scores compare sets of images: add some"
        )
      }
    }
    let labelled = !generated.classNames.isEmpty && generated.classNames == reference.classNames
    let families = try replicas.agree {
      try FamilyChoice(
        extractor: extractor.name, hasLogits: extractor.logitCount > 0, isLabelled: labelled,
        hasHeldOut: heldOut != nil,
        samples: min(generated.count, reference.count)
      ).families(options.request.families)
    }
    var request = options.request
    request.families = families
    request.splits = min(request.splits, max(generated.count / 2, 1))
    line.add("pixels", "\(generated.height)x\(generated.width)x\(generated.channels)")
    line.add("reference", reference.fingerprint)
    line.add("reference-samples", reference.count)
    if families.contains(.memorization), let heldOut {
      line.add("held-out", heldOut.fingerprint)
      line.add("held-out-samples", heldOut.count)
    }
    line.add("extractor", extractor.name)
    line.add("extractor-digest", extractor.digest)
    line.add("preprocessing", extractor.preprocessing)
    request.describe(in: &line)
    line.add("program", "sagan \(ProgramVersion.number)")
    let extraction = Extraction(
      extractor, batch: options.batch, cache: cache, replicas: replicas, report: progress)
    let reals = try extraction.table(of: reference, "reference images")
    let others =
      try families.contains(.memorization) ? heldOut.map { try extraction.table(of: $0, "held-out images") } : nil
    let fakes = try extraction.table(of: generated, "generated images")
    if extractor.channels == 3, generated.channels == 1 {
      warnings.append(
        "the images are grey and \(extractor.name) has learned from colour photographs: its scores tell little; the classifier of "
          + "the data set tells more")
    }
    if generated.fingerprint == reference.fingerprint {
      warnings.append("both sides are the same images")
    }
    let outcome = Scoring(
      request: request, extractor: extractor.name, replicas: replicas, pool: pool
    ) { [logger] what in logger.debug("\(what)") }.outcome(
      .init(generated: fakes, reference: reals, heldOut: others, classNames: labelled ? generated.classNames : []))
    return Evaluation(line, outcome.scores, classes: outcome.classes, warnings: warnings + outcome.warnings)
  }
}
