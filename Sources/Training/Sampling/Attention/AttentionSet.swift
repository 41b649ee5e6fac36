internal import Configuration
internal import Files
internal import Layers
internal import Tensors

/// Images, and what the attention layers of a network looked at while it made or judged them.
public struct AttentionSet: Sendable {
  /// One attention layer.
  public struct Layer: Sendable {
    /// For instance `block1.attention`.
    public let name: String
    /// Height and width of its map.
    public let side: Int
    /// The factor of the attended map.
    public let gamma: Float
    /// The softmax weights of the forward pass, `[images, side², (side / 2)²]`.
    public internal(set) var weights: [Float] = []

    /// A layer with these weights.
    package init(name: String, side: Int, gamma: Float, weights: [Float] = []) {
      (self.name, self.side, self.gamma, self.weights) = (name, side, gamma, weights)
    }

    /// Weights of one image.
    var weightsPerImage: Int { side * side * side * side / 4 }
  }

  /// `generator` or `discriminator`.
  public let network: String
  /// Height and width of the images.
  public let resolution: Int
  /// Their channels, 1 or 3.
  public let channels: Int
  /// The step of the checkpoint.
  public let step: Int
  /// What a caption says of where the images come from.
  public let origin: String
  /// The images' bytes, `[images, resolution, resolution, channels]`.
  public internal(set) var pixels: [UInt8] = []
  /// The images' classes.
  public internal(set) var labels: [Int] = []
  /// The layers, in forward order.
  public internal(set) var layers: [Layer]
  /// The names of classes, by label, where they are known.
  public let classNames: [String]?

  /// How many images there are.
  public var count: Int { labels.count }

  /// Most bytes of weights that a set takes.
  private static let limit = 1 << 30

  /// Grey images of one class that are there already.
  ///
  /// - Parameters:
  ///   - pixels: Their bytes, `[images, resolution, resolution, 1]`.
  ///   - resolution: Height and width.
  ///   - layers: The layers with their weights.
  package init(grey pixels: [UInt8], resolution: Int, _ layers: [Layer]) {
    (network, step, origin, classNames) = ("generator", 0, "given", nil)
    (self.resolution, channels, self.layers, self.pixels) = (resolution, 1, layers, pixels)
    labels = [Int](repeating: 0, count: pixels.count / (resolution * resolution))
  }

  /// A set without images.
  ///
  /// - Parameters:
  ///   - network: `generator` or `discriminator`.
  ///   - layers: Its attention layers.
  ///   - weights: Its numbers.
  ///   - image: Resolution and channels.
  ///   - step: The checkpoint's.
  ///   - origin: Where images come from.
  ///   - classNames: The names of classes.
  ///   - count: How many images will be added.
  ///   - advice: What to do where there is no attention.
  /// - Throws: `ConfigurationError` where there is no attention, or more weights than memory should hold.
  init(
    _ network: String, _ layers: [SelfAttention<Float>], _ weights: Weights<Float>,
    image: (resolution: Int, channels: Int), step: Int, origin: String, classNames: [String]?, count: Int,
    advice: String
  ) throws(ConfigurationError) {
    guard !layers.isEmpty else {
      throw ConfigurationError("the \(network) of this checkpoint has no attention to show; \(advice)")
    }
    self.network = network
    (resolution, channels) = image
    (self.step, self.origin, self.classNames) = (step, origin, classNames)
    self.layers = layers.map { Layer(name: $0.name, side: $0.side, gamma: $0.gamma(in: weights)) }
    let bytes = self.layers.reduce(0) { $0 + $1.weightsPerImage * MemoryLayout<Float>.stride }
    guard count <= Self.limit / bytes else {
      throw ConfigurationError(
        "the attention weights of \(grouped(count)) images take \(grouped(count * bytes >> 20)) MiB, and the limit is "
          + "\(grouped(Self.limit >> 20)) MiB: ask for at most \(grouped(Self.limit / bytes)) images")
    }
  }

  /// What an image's class is called.
  func name(_ image: Int) -> String {
    let label = labels[image]
    guard let classNames, classNames.indices.contains(label) else { return "class \(label)" }
    return classNames[label]
  }
}

/// Keeps the weights of the last pass.
final class AttentionCollector: PassObserver {
  /// By layer, `[N, queries, keys]`.
  private(set) var weights: [String: [Float]] = [:]

  let seesAttention = true

  func observe(_ gradient: Tensor<Float>, of range: Range<Int>, shard: Int) {}
  func observeEqualGradients(of range: Range<Int>, and other: Range<Int>) {}

  func observe(attention weights: Tensor<Float>, of name: String) { self.weights[name] = Array(weights.elements) }
}

extension AttentionSet {
  /// Adds the first images of a pass and their weights.
  ///
  /// - Parameters:
  ///   - images: Their bytes.
  ///   - labels: Their classes.
  ///   - collector: Has seen the pass.
  /// - Throws: `FileError` where a weight is not a number: finite numbers of a checkpoint can overflow.
  mutating func add(
    _ images: [UInt8], _ labels: [Int], _ collector: AttentionCollector
  ) throws(FileError) {
    pixels += images
    self.labels += labels
    for index in layers.indices {
      guard let seen = collector.weights[layers[index].name] else {
        preconditionFailure("a pass did not show the weights of \(layers[index].name)")
      }
      let own = seen[0..<labels.count * layers[index].weightsPerImage]
      guard own.allSatisfy(\.isFinite) else {
        throw FileError(
          .malformed,
          "attention of '\(layers[index].name)' in the \(network) of step \(step) has NaN among its weights: the checkpoint's "
            + "numbers are finite, and what they lead to is not; use another checkpoint")
      }
      layers[index].weights += own
    }
  }
}
