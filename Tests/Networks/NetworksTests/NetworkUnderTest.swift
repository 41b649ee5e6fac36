import Kernels
import Layers
import Networks
import Tensors
import TestSupport
import Threads

/// Tiny networks that between them have every part a network can have.
enum TinyNetworks {
  /// Generators of 16 × 16 images.
  static let generators: [(name: String, architecture: GeneratorArchitecture)] = [
    ("attention on the 8 × 8 map, spectral norm, 3 channels", generator(attention: [8], normalized: true, channels: 3)),
    ("attention on the last map, spectral norm, 1 channel", generator(attention: [16], normalized: true, channels: 1)),
    ("neither attention nor spectral norm", generator(attention: [], normalized: false, channels: 3)),
    ("attention on two maps, spectral norm", generator(attention: [8, 16], normalized: true, channels: 3)),
    ("residual control, spectral norm", generator(attention: [8], .residual, normalized: true, channels: 3)),
    ("two residual controls", generator(attention: [16, 8], .residual, normalized: false, channels: 1)),
  ]

  /// Discriminators of 16 × 16 images.
  static let discriminators: [(name: String, architecture: DiscriminatorArchitecture)] = [
    (
      "wide, projection, attention, 3 channels",
      discriminator(thin: false, attention: [8], normalized: true, .projection, channels: 3)
    ),
    (
      "thin, classifier, 1 channel",
      discriminator(thin: true, attention: [], normalized: true, .classifier, channels: 1)
    ),
    (
      "thin, classifier, attention on the last map, no spectral norm",
      discriminator(thin: true, attention: [4], normalized: false, .classifier, channels: 3)
    ),
    (
      "wide, projection, 1 channel",
      discriminator(thin: false, attention: [], normalized: true, .projection, channels: 1)
    ),
    (
      "thin, projection, attention on two maps",
      discriminator(thin: true, attention: [4, 8], normalized: true, .projection, channels: 3)
    ),
    (
      "wide, projection, residual control",
      discriminator(thin: false, attention: [8], .residual, normalized: true, .projection, channels: 3)
    ),
    (
      "thin, classifier, two residual controls, no spectral norm",
      discriminator(thin: true, attention: [8, 4], .residual, normalized: false, .classifier, channels: 1)
    ),
  ]

  /// Networks with enough channels for fast convolutions, where those are wanted and the numbers are of type `Float`.
  static let wide = (
    generator: generator(attention: [8], normalized: true, channels: 3, widths: [64, 32, 64]),
    discriminator: discriminator(
      thin: false, attention: [8], normalized: true, .projection, channels: 3, widths: [32, 64, 64, 64])
  )

  static let classes = 3

  private static func generator(
    attention: [Int], _ kind: AttentionKind = .attention, normalized: Bool, channels: Int, widths: [Int] = [12, 16, 8]
  ) -> GeneratorArchitecture {
    var architecture = GeneratorArchitecture(
      initialChannels: widths[0], blockChannels: Array(widths.dropFirst()), attentionMaps: attention,
      isSpectrallyNormalized: normalized,
      classes: classes, imageChannels: channels, latentSize: 6)
    architecture.initialGamma = 0.7
    architecture.attentionKind = kind
    return architecture
  }

  private static func discriminator(
    thin: Bool, attention: [Int], _ kind: AttentionKind = .attention, normalized: Bool,
    _ head: DiscriminatorArchitecture.Head, channels: Int,
    widths: [Int] = [8, 16, 12, 12]
  ) -> DiscriminatorArchitecture {
    // Pooled blocks, one that changes only its channels, and one whose shortcut is the input itself.
    let rows = Array(zip(widths, [true, true, false, false]))
    var architecture = DiscriminatorArchitecture(
      resolution: 16,
      blocks: rows.indices.map { i in
        .init(
          hiddenChannels: thin && i > 0 ? rows[i - 1].0 : rows[i].0, channels: rows[i].0, isPooled: rows[i].1)
      },
      attentionMaps: attention, isSpectrallyNormalized: normalized, head: head, classes: classes,
      imageChannels: channels)
    architecture.initialGamma = 0.7
    architecture.attentionKind = kind
    return architecture
  }
}

extension SpectrallyNormalized {
  /// Random parameters, none of them at a value where it would have no effect, and their spectra.
  func randomize(seed: UInt64 = 1) {
    let weights = context.weights
    weights.initialize(seed: seed, network: .generator)
    var stream = RandomStream(seed: seed, purpose: .test, sample: 2)
    for entry in weights.parameters.layout.entries {
      guard case .constant(let start) = entry.initializer else { continue }
      for i in entry.range { weights.parameters.values[i] = Scalar(start + 0.3 * stream.normal()) }
    }
    updateSpectralNorms(iterations: 3)
  }
}

/// A discriminator with a batch of images, and the loss ⟨a, logits⟩ + ⟨b, class logits⟩ of it.
struct DiscriminatorUnderTest<Scalar: KernelScalar> {
  let network: Discriminator<Scalar>
  let images, dLogits: Tensor<Scalar>
  let dClassLogits: Tensor<Scalar>?
  let labels: Labels

  init(
    _ architecture: DiscriminatorArchitecture, samples: Int = 4, shards: Int = 2, threads: Int = 1,
    algorithm: ConvolutionAlgorithm = .underTest, _ source: TensorSource
  ) {
    let side = architecture.resolution
    network = Discriminator(
      architecture, samples: samples, shards: shards, isTrained: true, pool: WorkerPool(threads: threads),
      convolutionAlgorithm: algorithm)
    network.randomize()
    images = source.normal(Shape(samples, side, side, architecture.imageChannels))
    labels = source.labels(samples, below: architecture.classes)
    dLogits = source.normal(Shape(samples, 1))
    dClassLogits = architecture.head == .classifier ? source.normal(Shape(samples, architecture.classes)) : nil
  }

  func forward(_ samples: Range<Int>? = nil) -> Discriminator<Scalar>.Output {
    let samples = samples ?? 0..<images.shape[0]
    return network.forward(images[rows: samples], labels: labels[samples])
  }

  /// Backward of the last pass; the gradient of the images as a list, where wanted.
  func backward(_ samples: Range<Int>? = nil, for purpose: Discriminator<Scalar>.Purpose) -> [Double]? {
    let samples = samples ?? 0..<images.shape[0]
    let gradient = network.backward(dLogits[rows: samples], dClassLogits?[rows: samples], for: purpose)
    defer { gradient.map(network.giveBack) }
    return gradient?.numbers
  }

  func evaluate() -> ProbedLoss {
    let verdict = forward()
    var loss = innerProduct(of: verdict.logits.numbers, dLogits.numbers)
    if let classLogits = verdict.classLogits, let dClassLogits {
      loss += innerProduct(of: classLogits.numbers, dClassLogits.numbers)
    }
    let recorder = DecisionRecorder()
    network.record(recorder)
    return ProbedLoss(loss: loss, decisions: recorder.decisions)
  }
}

/// A generator with a batch of latents, and the loss ⟨a, images⟩ of it.
struct GeneratorUnderTest<Scalar: KernelScalar> {
  let network: Generator<Scalar>
  let latents, dImages: Tensor<Scalar>
  let labels: Labels

  init(
    _ architecture: GeneratorArchitecture, samples: Int = 4, shards: Int = 2, threads: Int = 1,
    algorithm: ConvolutionAlgorithm = .underTest, _ source: TensorSource
  ) {
    let side = architecture.resolution
    network = Generator(
      architecture, samples: samples, shards: shards, isTrained: true, pool: WorkerPool(threads: threads),
      convolutionAlgorithm: algorithm)
    network.randomize()
    latents = source.normal(Shape(samples, architecture.latentSize))
    labels = source.labels(samples, below: architecture.classes)
    dImages = source.normal(Shape(samples, side, side, architecture.imageChannels))
  }

  func forward(
    _ samples: Range<Int>? = nil, _ statistics: BatchNormLayer<Scalar>.Statistics = .batch
  ) -> Tensor<Scalar> {
    let samples = samples ?? 0..<latents.shape[0]
    return network.forward(latents[rows: samples], labels: labels[samples], statistics: statistics)
  }

  func backward(_ samples: Range<Int>? = nil) {
    network.backward(dImages[rows: samples ?? 0..<latents.shape[0]])
  }

  func evaluate() -> ProbedLoss {
    let loss = innerProduct(of: forward().numbers, dImages.numbers)
    let recorder = DecisionRecorder()
    network.record(recorder)
    return ProbedLoss(loss: loss, decisions: recorder.decisions)
  }
}
