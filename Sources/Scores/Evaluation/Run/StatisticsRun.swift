internal import Checkpoints
package import Configuration
package import DataParallel
internal import Datasets
internal import Files
internal import Formats
package import Logging
internal import Runs
internal import Statistics
internal import Threads

/// Mean and covariance of images' features in a file that pytorch-fid, clean-fid and `sagan evaluate --reference` read.
package struct StatisticsRun {
  /// What is asked for.
  package struct Options: Sendable {
    /// The images.
    package enum Subject: Sendable {
      /// Those of a data set, resized to so many rows and columns.
      case data(String, resolution: Int)
      /// Those of a folder, a zip file or an array.
      case images(String)
    }

    /// The images.
    package var subject: Subject
    /// How many of them, chosen by chance; all where `nil`.
    package var samples: Int?
    /// Which network makes the features.
    package var extractor: ExtractorChoice
    /// The program whose preparation and divisor are taken.
    package var tool: ScoringTool?
    /// Images of a pass; decides no bit.
    package var batch = 64
    /// Threads of each rank.
    package var threads = 1
    /// The folder that caches lie in.
    package var cache = "cache"
    /// The file to write.
    package var out: String
    /// Whether a file of that name is replaced.
    package var isForced = false

    /// Options with the usual values of the others.
    package init(_ subject: Subject, extractor: ExtractorChoice, out: String) {
      (self.subject, self.extractor, self.out) = (subject, extractor, out)
    }
  }

  private let options: Options
  private let replicas: ReplicaGroup
  private let logger: Logger
  private let progress: (Extraction.Progress) -> Void

  /// Prepares to write statistics.
  ///
  /// - Parameters:
  ///   - options: What is asked for.
  ///   - replicas: The ranks, which share the images.
  ///   - logger: Tells people how it goes.
  ///   - progress: Is told of images that are done, on every rank.
  package init(
    _ options: Options, replicas: ReplicaGroup, logger: Logger, progress: @escaping (Extraction.Progress) -> Void
  ) {
    (self.options, self.replicas, self.logger, self.progress) = (options, replicas, logger, progress)
  }

  /// Computes the statistics and writes them; all ranks call it.
  ///
  /// - Returns: What was written, for people.
  /// - Throws: A `ReportedError` on one rank, `RemoteFailureError` on the others.
  package func write() throws -> String {
    let pool = try replicas.agree { try WorkerPool(starting: options.threads) }
    // Before any image is looked at: a file that is there stays.
    let file = try replicas.agree {
      try Checkpoint.checkOutside(options.out)
      return replicas.isRoot ? try OutputFile(path: options.out, isForced: options.isForced) : nil
    }
    let (images, extractor) = try sources(pool)
    try replicas.agree {
      guard images.count >= 2 else {
        throw DatasetError(
          .malformed,
          "expected at least 2 images and found \(images.count) (\(images.description)); one image has no covariance: add some"
        )
      }
    }
    let table = try Extraction(
      extractor, batch: options.batch, cache: options.cache, replicas: replicas, report: progress
    ).table(of: images, "images")
    let request = ScoreRequest([.frechet], like: options.tool)
    let gaussian = Scoring(request: request, extractor: extractor.name, replicas: replicas, pool: pool) { _ in }
      .side(table).gaussian
    try replicas.agree {
      if let file { try FeatureMoments(mean: gaussian.mean, covariance: gaussian.covariance).write(to: file) }
    }
    return
      "mu and sigma of \(extractor.name)'s \(grouped(extractor.featureCount)) features of \(images.description), prepared by "
      + "\(extractor.preprocessing), in '\(options.out)'"
  }

  /// The images, and what makes their features.
  private func sources(_ pool: WorkerPool) throws -> (any PixelSource, any RowExtractor) {
    func network() throws -> any RowExtractor {
      try replicas.agree {
        try NetworkChoice(options.extractor, like: options.tool, threads: options.threads).extractor(pool: pool)
      }
    }
    switch options.subject {
    case .images(let path):
      let side = try GivenSide(
        path, count: options.samples, option: "--samples", like: options.tool, replicas: replicas)
      for warning in side.warnings { logger.warning("\(warning)") }
      guard let images = side.images else {
        try replicas.agree {
          throw DatasetError(
            .configuration, "expected images in '\(path)' and found statistics, which are what is to be made")
        }
        preconditionFailure("ranks agreed on no error")
      }
      return (images, try network())
    case .data(let data, let resolution):
      let settings = EvaluationData.settings(data, resolution: resolution, channels: nil, cache: options.cache)
      let found = try EvaluationData(
        settings, cache: options.cache, threads: options.threads, replicas: replicas, logger: logger)
      try replicas.agree {
        if let count = options.samples, count > found.reference.count {
          throw DatasetError(
            .configuration,
            "expected \(grouped(count)) images and found \(grouped(found.reference.count)); ask for fewer with --samples"
          )
        }
      }
      let side = DatasetSide(found.reference, count: options.samples)
      guard options.extractor == .classifier else { return (side, try network()) }
      let classifier = try ClassifierTraining(
        replicas: replicas, pool: pool, logger: logger, progress: progress
      ).extractor(
        training: found.training, heldOut: found.classifierTest, cache: found.cache, batch: options.batch)
      return (side, classifier)
    }
  }
}
