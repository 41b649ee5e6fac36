internal import Configuration
internal import DataParallel
package import Datasets
internal import Runs

/// The images that a run's settings lead to: what is compared with, what was trained on, and what was not.
struct EvaluationData {
  /// The settings.
  let settings: TrainingSettings
  /// What generated images are compared with.
  let reference: any ImageDataset
  /// What the run was trained on, in that form.
  let training: any ImageDataset
  /// Images of the same kind that the run was not trained on.
  let heldOut: (any ImageDataset)?
  /// Where caches lie.
  let cache: String

  /// What the accuracy of the data set's classifier is measured with.
  var judging: (any ImageDataset)? {
    heldOut ?? (reference.fingerprint == training.fingerprint ? nil : reference)
  }

  /// Finds and opens the images; all ranks call it.
  ///
  /// - Parameters:
  ///   - settings: The run's; its `data` is what is compared with.
  ///   - access: How to get at images.
  ///   - replicas: The ranks.
  ///   - source: The images of the settings, where they are open.
  /// - Throws: A `ReportedError` on one rank, `RemoteFailureError` on the others.
  init(
    _ settings: TrainingSettings, access: DecodeOptions, replicas: ReplicaGroup, source: (any ImageDataset)? = nil
  ) throws {
    func opened(_ settings: TrainingSettings, _ part: DataPart? = nil) throws -> any ImageDataset {
      let handle = try replicas.agree { try settings.found(part) }
      let images = try handle.open(access, on: replicas)
      try images.checkSame(settings.data, on: replicas)
      return images
    }
    (self.settings, cache) = (settings, access.cacheFolder)
    reference = try source ?? opened(settings)
    let specification = try replicas.agree { try DataSpecification(parsing: settings.data) }
    var whole = settings
    if specification.isTest {
      // What is compared with is held out itself: the classifier learns from the training images.
      whole.data = specification.trainingImages.description
      training = try opened(whole)
      heldOut = nil
      return
    }
    training = reference
    if let share = settings.heldOut {
      heldOut = try opened(settings, .heldOut(share))
    } else if let test = specification.testImages {
      whole.data = test.description
      // Not everyone keeps the test images beside the training images.
      let found = try? whole.found(nil)
      let isThere = replicas.largest(found == nil ? 1 : 0) == 0
      heldOut = isThere ? try opened(whole) : nil
    } else {
      heldOut = nil
    }
  }
}

extension EvaluationData {
  /// Settings of images that belong to no run.
  ///
  /// - Parameters:
  ///   - data: The data set, as `--data` writes it.
  ///   - resolution: Rows and columns of the images.
  ///   - channels: Their channels; as many as they have where `nil`.
  ///   - cache: The folder that caches lie in.
  /// - Returns: The settings.
  static func settings(_ data: String, resolution: Int, channels: Int?, cache: String) -> TrainingSettings {
    var settings = TrainingSettings(
      preset: "", data: data, resolution: resolution, steps: 0, batch: 1, generatorBatch: 1, shards: 1)
    settings.imageChannels = channels
    settings.cache = cache
    return settings
  }
}

extension DataSpecification {
  /// Rows and columns of the images; `nil` where they depend on who asks.
  package var nativeResolution: Int? {
    switch self {
    case .fashionMNIST, .cifar10: 32
    default: nil
    }
  }
}

extension TrainingSettings {
  /// Finds the data set in the run's form; the part that training reads where none is named.
  fileprivate func found(_ part: DataPart?) throws -> DatasetHandle {
    try DataSpecification(parsing: data).find(
      ImageSpecification(
        resolution: resolution, channels: imageChannels, classes: classes, resize: resize,
        skipsBadImages: skipBadImages,
        part: part ?? heldOut.map(DataPart.kept) ?? .all))
  }
}
