internal import Configuration
internal import DataParallel
package import Datasets
internal import Logging
internal import Runs

/// The images that settings lead to: those to compare with, and those that belong to the same data set.
struct EvaluationData {
  let settings: TrainingSettings
  /// What generated images are compared with.
  let reference: any ImageDataset
  /// What a run of these settings was trained on, in that form.
  let training: any ImageDataset
  /// Images of the same kind that the run was not trained on.
  let heldOut: (any ImageDataset)?
  /// Where caches lie.
  let cache: String

  /// Finds and opens the images; all ranks call it.
  ///
  /// - Parameters:
  ///   - settings: The run's, or some with the same data, resolution and channels.
  ///   - cache: The folder that caches lie in; the settings' own where `nil`.
  ///   - threads: Threads that decode images.
  ///   - replicas: The ranks.
  ///   - logger: Tells people how it goes.
  ///   - source: The images of the settings, where they are open already.
  /// - Throws: `DatasetError` on one rank, `RemoteFailureError` on the others.
  init(
    _ settings: TrainingSettings, cache: String?, threads: Int, replicas: ReplicaGroup, logger: Logger,
    source: (any ImageDataset)? = nil
  ) throws {
    let cache = cache ?? settings.cacheFolder(of: ".")
    let access = DecodeOptions(cacheFolder: cache, threads: threads, logger: logger)
    func opened(_ settings: TrainingSettings, _ part: DataPart? = nil) throws -> any ImageDataset {
      let handle = try replicas.agree { try settings.found(part) }
      let images = try handle.open(access, on: replicas)
      try images.checkSame(settings.data, on: replicas)
      return images
    }
    let reference = try source ?? opened(settings)
    let specification = try replicas.agree { try DataSpecification(parsing: settings.data) }
    var (training, heldOut): (any ImageDataset, (any ImageDataset)?) = (reference, nil)
    var whole = settings
    if specification.isTest {
      // What is compared with is held out itself: the classifier learns from the training images.
      whole.data = specification.trainingImages.description
      training = try opened(whole)
    } else if let share = settings.heldOut {
      heldOut = try opened(settings, .heldOut(share))
    } else if let test = specification.testImages {
      whole.data = test.description
      // Not everyone keeps the test images beside the training images.
      let found = try? whole.found(nil)
      let isThere = replicas.largest(found == nil ? 1 : 0) == 0
      if isThere { heldOut = try opened(whole) }
    }
    (self.settings, self.reference, self.training, self.heldOut) = (settings, reference, training, heldOut)
    self.cache = cache
  }

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

  /// What the held-out accuracy of the data set's own classifier is measured with.
  var classifierTest: (any ImageDataset)? {
    heldOut ?? (reference.fingerprint == training.fingerprint ? nil : reference)
  }
}

extension DataSpecification {
  /// Rows and columns of the images; `nil` where they depend on who asks.
  package var nativeResolution: Int? {
    switch self {
    case .fashionMNIST, .cifar10, .cifar100: 32
    // Where there is none, opening it says so.
    case .packed(let file): PackedImages.side(of: file) ?? 32
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
        orientation: orientation, skipsBadImages: skipBadImages,
        part: part ?? heldOut.map(DataPart.kept) ?? .all))
  }
}
