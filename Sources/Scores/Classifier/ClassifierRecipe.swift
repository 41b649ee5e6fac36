public import Networks

/// How a classifier is built and trained: a pure function of the form of the images, never of a clock.
///
/// Whatever changes the trained numbers changes `version`, as caches are named by it.
public struct ClassifierRecipe: Sendable, Hashable, Codable {
  /// Changes whenever the same images give another classifier.
  public static let version = 2
  /// Output channels of the last blocks; blocks before them have those of the first.
  private static let widths = [32, 64, 128]
  /// The last map's height and width.
  private static let lastSide = 2
  /// Images of one step, over all shards.
  static let batch = 128
  /// The most steps of a training: about a minute on two cores for 32 × 32 pixels.
  static let longest = 2800

  /// Height and width of an image, a power of two from 8 on.
  public let resolution: Int
  /// Channels of an image, 1 or 3.
  public let channels: Int
  /// Number of classes, at least 2.
  public let classes: Int
  /// Images of one step, over all shards.
  public let batch: Int
  /// Into how many shards a batch is cut; it decides the bits, as in training.
  public let shards: Int
  /// Steps of a training.
  public let steps: Int
  /// Adam's α after the first steps; it falls to 0 along a straight line.
  public let learningRate: Double
  /// Steps in which α rises to that; with a full α from the start, half of the features become 0 for every image and stay so.
  public let warmUp: Int
  /// By how many pixels an image is shifted at most, up, down, left and right; none is flipped, as left and right matter in digits.
  public let largestShift: Int
  /// What initial weights, the order of the images and their shifts are drawn from.
  public let seed: UInt64

  /// The recipe for images of a form.
  ///
  /// - Parameters:
  ///   - resolution: Height and width, a power of two from 8 on.
  ///   - channels: 1 or 3.
  ///   - classes: Number of classes.
  ///   - steps: How long training takes; as long as it may where `nil`.
  ///   - isShifting: Whether images are shifted: not where each is seen too seldom to be learned by heart.
  public init(resolution: Int, channels: Int, classes: Int, steps: Int? = nil, isShifting: Bool = true) {
    precondition(resolution >= 8 && resolution.nonzeroBitCount == 1, "a classifier of images of \(resolution) pixels")
    precondition(channels == 1 || channels == 3, "a classifier of images of \(channels) channels")
    precondition(classes >= 2, "a classifier of \(classes) classes")
    precondition(steps.map { $0 > 0 } ?? true, "a classifier trained in \(steps ?? 0) steps")
    self.resolution = resolution
    self.channels = channels
    self.classes = classes
    batch = Self.batch
    shards = 8
    self.steps = steps ?? Self.longest
    learningRate = 4e-3
    warmUp = max(1, self.steps / 15)
    largestShift = isShifting ? resolution / 32 : 0
    seed = 0
  }

  /// Height and width of the squares of pixels that enter side by side, so that larger images do not take much longer.
  package var fold: Int { resolution < 64 ? 2 : 4 }

  /// Adam's α in a step.
  func learningRate(step: Int) -> Double {
    learningRate * min(1, Double(step + 1) / Double(warmUp)) * (1 - Double(step) / Double(steps))
  }

  /// Length of the features.
  public var featureCount: Int { Self.widths[Self.widths.count - 1] }

  /// The discriminator's thin table, without spectral normalization and attention, for folded images.
  public var architecture: DiscriminatorArchitecture {
    var (side, outputs) = (resolution / fold, [Int]())
    while side > Self.lastSide {
      side /= 2
      outputs.append(0)
    }
    for index in outputs.indices {
      outputs[index] = Self.widths[max(0, Self.widths.count - outputs.count + index)]
    }
    let blocks = outputs.indices.map { index in
      DiscriminatorArchitecture.Block(
        hiddenChannels: outputs[max(0, index - 1)], channels: outputs[index], isPooled: true)
    }
    return DiscriminatorArchitecture(
      resolution: resolution / fold, blocks: blocks, attentionMaps: [], isSpectrallyNormalized: false,
      head: .classifier, classes: classes, imageChannels: channels * fold * fold)
  }
}
