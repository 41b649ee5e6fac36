internal import Classifier
internal import DataParallel
internal import Datasets
internal import Logging
internal import Threads

/// The data set's own classifier, read where it was trained before.
struct ClassifierTraining {
  let replicas: ReplicaGroup
  let pool: WorkerPool
  let logger: Logger
  let progress: (Extraction.Progress) -> Void

  /// The classifier's rows.
  ///
  /// - Parameters:
  ///   - training: What it learns from.
  ///   - heldOut: What its accuracy is measured with.
  ///   - cache: The folder that caches lie in.
  ///   - batch: The most images of a pass.
  /// - Returns: What makes rows by it, on all ranks.
  /// - Throws: `ClassifierError` or `DatasetError` on one rank, `RemoteFailureError` on the others.
  func extractor(
    training: any ImageDataset, heldOut: (any ImageDataset)?, cache: String, batch: Int
  ) throws -> any RowExtractor {
    let classifier = try ClassifierCache(cache).classifier(
      for: ImageSelection(training), heldOut: heldOut.map { ImageSelection($0) }, replicas: replicas, pool: pool
    ) { event in
      switch event {
      case .unusable(let reason): logger.warning("\(reason); training the classifier again")
      case .training(let file): logger.info("training the classifier of the data set, kept in '\(file)'")
      case .progress(let state):
        progress(Extraction.Progress(what: "images of the classifier's training", done: state.images, total: state.of))
      case .unwritable(let reason): logger.warning("\(reason); the classifier will be trained again next time")
      }
    }
    logger.info("classifier: \(classifier.description.text)")
    return ClassifierRows(classifier, batch: batch, pool: pool)
  }
}
