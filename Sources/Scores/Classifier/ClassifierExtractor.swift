internal import Layers
internal import Networks
public import Tensors
public import Threads

/// The classifier on its way forward: features and logits of images.
///
/// Products take one image at a time and batch norm uses its running statistics, so an image has the same features, to the
/// last bit, whatever stands beside it, in batches of any size and on any number of threads.
public final class ClassifierExtractor {
  /// What scores by it are named after: `fd_classifier`.
  public static let name = "classifier"

  /// Whose features these are.
  public let classifier: Classifier
  /// One for each thread, as an image is too short a work to be shared out.
  private let networks: [ClassifierNetwork<Float>]
  private let folded: [Tensor<Float>]
  private let pool: WorkerPool
  private let workspace = Workspace()

  /// An extractor.
  ///
  /// - Parameters:
  ///   - classifier: A trained one.
  ///   - batch: Images of a pass: memory and time, no bit.
  ///   - pool: Shares out work inside a rank.
  public init(_ classifier: Classifier, batch: Int = 64, pool: WorkerPool) {
    precondition(batch > 0, "passes of \(batch) images")
    self.classifier = classifier
    self.pool = pool
    let architecture = classifier.recipe.architecture
    let (side, images) = (architecture.resolution, (batch + pool.threads - 1) / pool.threads)
    networks = (0..<pool.threads).map { _ in
      ClassifierNetwork(
        architecture, samples: images, shards: images, weights: classifier.weights, isTrained: false,
        pool: WorkerPool(threads: 1))
    }
    folded = networks.map { [workspace] _ in
      workspace.tensor(Shape(images, side, side, architecture.imageChannels))
    }
  }

  /// The classifier's digest.
  public var digest: String { classifier.digest }
  /// Numbers of an image's features.
  public var featureCount: Int { classifier.recipe.featureCount }
  /// Numbers of an image's logits, one for each class.
  public var logitCount: Int { classifier.recipe.classes }
  /// Height and width of the images.
  public var resolution: Int { classifier.recipe.resolution }
  /// Channels of the images.
  public var channels: Int { classifier.recipe.channels }

  /// Writes features and logits of any number of images.
  ///
  /// - Parameters:
  ///   - images: `[N, H, W, C]` in −1…1.
  ///   - features: `[N, featureCount]`, overwritten.
  ///   - logits: `[N, logitCount]`, overwritten; none where they are not wanted.
  public func extract(_ images: Tensor<Float>, into features: Tensor<Float>, logits: Tensor<Float>? = nil) {
    let (n, part) = (images.shape[0], folded[0].shape[0])
    precondition(
      images.shape == Shape(n, resolution, resolution, channels),
      "images \(images.shape) for a classifier of [N, \(resolution), \(resolution), \(channels)]")
    precondition(
      features.count == n * featureCount && logits.map { $0.count == n * logitCount } ?? true,
      "features \(features.shape) and logits \(logits?.shape ?? Shape(0)) of \(n) images")
    let shared = Shared((images: images, features: features, logits: logits, networks: networks, folded: folded))
    let side = classifier.recipe.fold
    pool.run((n + part - 1) / part) { task, worker in
      let (images, features, logits, networks, folded) = shared.pointer
      let (rows, input) = (task * part..<min((task + 1) * part, n), folded[worker])
      fold(images[rows: rows], side, into: input[rows: 0..<rows.count])
      // A pass has as many images as were planned; the rest of the last one is black.
      input[rows: rows.count..<part].fill(-1)
      let output = networks[worker].forward(input, statistics: .running)
      features[rows: rows].copy(from: output.features[rows: 0..<rows.count])
      logits?[rows: rows].copy(from: output.logits[rows: 0..<rows.count])
    }
  }
}

extension ClassifierExtractor {
  /// How many images have their own class's logit as the largest; of equal ones the first counts.
  ///
  /// - Parameters:
  ///   - logits: `[N, classes]`.
  ///   - labels: N classes.
  /// - Returns: A number of 0…N; the share is the accuracy.
  public static func correct(_ logits: Tensor<Float>, _ labels: Labels) -> Int {
    let (n, classes) = (logits.shape[0], logits.shape[1])
    labels.checkCount(n)
    return (0..<n).count { image in
      let row = logits.base + image * classes
      var best = 0
      for c in 1..<classes where row[c] > row[best] { best = c }
      return best == Int(labels[image])
    }
  }
}
