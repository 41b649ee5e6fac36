public import DataParallel
public import Datasets
internal import Kernels
internal import Layers
internal import MPI
internal import Networks
public import Threads

/// How far the training of a classifier has come.
public struct ClassifierProgress: Sendable, Equatable {
  /// Images seen.
  public let images: Int
  /// Images that it will have seen at its end.
  public let of: Int
  /// The share of the last step's images that got their class.
  public let accuracy: Double
}

extension Classifier {
  /// Trains a classifier; every rank calls it, and gets the same one.
  ///
  /// - Parameters:
  ///   - training: The images.
  ///   - heldOut: Images that its accuracy is measured with, of the same form.
  ///   - recipe: How; the images' own where `nil`.
  ///   - replicas: The ranks, any number of them; they talk on the control channel.
  ///   - pool: The threads of this rank.
  ///   - report: Is told after every step how far it has come.
  /// - Returns: The classifier.
  /// - Throws: `ClassifierError` where nothing can be learned from the images; `DatasetError` where they cannot be read; on
  ///   one rank, and `RemoteFailureError` on all others.
  public static func train(
    on training: ImageSelection, heldOut: ImageSelection? = nil, recipe: ClassifierRecipe? = nil,
    replicas: ReplicaGroup, pool: WorkerPool, report: (ClassifierProgress) -> Void = { _ in }
  ) throws -> Classifier {
    let recipe = try replicas.agree { try recipe ?? ClassifierRecipe(for: training) }
    try replicas.agree { try recipe.check(training, heldOut) }
    let trainer = ClassifierTrainer(recipe, training, replicas: replicas, pool: pool)
    for step in 0..<recipe.steps {
      let sums = try trainer.run(step: step)
      report(
        ClassifierProgress(
          images: (step + 1) * recipe.batch, of: recipe.steps * recipe.batch,
          accuracy: sums.correctClasses / Double(recipe.batch)))
    }
    let weights = trainer.network.context.weights
    func described(_ correct: Int) -> Classifier {
      Classifier(ClassifierDescription(recipe, training: training, heldOut: heldOut, correct: correct), weights)
    }
    guard let heldOut else { return described(0) }
    return described(try ClassifierExtractor(described(0), pool: pool).countCorrect(in: heldOut, replicas))
  }
}

extension ClassifierRecipe {
  /// The recipe for images as they are.
  ///
  /// - Parameter selection: The images.
  /// - Throws: `ClassifierError` where they have no two classes or no form that the network has.
  public init(for selection: ImageSelection) throws(ClassifierError) {
    let (images, classes) = (selection.images, selection.images.classNames.count)
    guard images.resolution >= 8, images.resolution.nonzeroBitCount == 1 else {
      throw ClassifierError(
        .data,
        "expected images of 8, 16, 32, 64 … pixels for a classifier and found \(images.resolution); choose a preset of such "
          + "a resolution")
    }
    guard classes >= 2 else {
      throw ClassifierError(
        .data,
        "expected images of at least two classes for a classifier and found \(classes == 1 ? "one class" : "no class") in "
          + "\(images.description); choose --extractor inception or lite0 instead")
    }
    let steps = Self.steps(for: selection.count)
    self.init(
      resolution: images.resolution, channels: images.channels, classes: classes, steps: steps,
      isShifting: steps * Self.batch > 10 * selection.count)
  }

  /// Steps of a training: twenty passes over few images, and six over Fashion-MNIST's 60,000, which more do not exceed.
  static func steps(for count: Int) -> Int { min(max(20 * count / batch, 100), longest) }

  /// Checks that images have this form, and that there is something to tell apart.
  func check(_ training: ImageSelection, _ heldOut: ImageSelection?) throws(ClassifierError) {
    for (what, images) in [("train on", training)] + (heldOut.map { [("judge by", $0)] } ?? []) {
      try check(images.images.resolution, images.images.channels, images.images.classNames.count, "images to \(what)")
    }
    guard let first = (0..<training.count).first else {
      throw ClassifierError(.data, "expected images to train a classifier on and found none; hold fewer out")
    }
    let label = training.images.label(training.index(first))
    guard (0..<training.count).contains(where: { training.images.label(training.index($0)) != label }) else {
      throw ClassifierError(
        .data,
        "expected images of at least two classes to train a classifier on and found \(training.count) of one; add "
          + "images of other classes, or choose --extractor inception or lite0")
    }
  }

  /// Checks a form against this one.
  func check(_ resolution: Int, _ channels: Int, _ classes: Int, _ what: String) throws(ClassifierError) {
    guard (resolution, channels) == (self.resolution, self.channels), classes <= self.classes else {
      throw ClassifierError(
        .data,
        "expected \(what) of \(self.resolution)×\(self.resolution) pixels, \(self.channels) channel(s) and at most "
          + "\(self.classes) classes and found \(resolution)×\(resolution), \(channels) and \(classes); use the "
          + "classifier with the data it was trained on")
    }
  }
}

extension Classifier {
  /// Checks that a data set's images can be given to this classifier.
  ///
  /// - Parameter images: The data set; of as many classes at most.
  /// - Throws: `ClassifierError` where they have another size, other channels or more classes.
  public func check(_ images: any ImageDataset) throws(ClassifierError) {
    try recipe.check(images.resolution, images.channels, images.classNames.count, "images")
  }
}
