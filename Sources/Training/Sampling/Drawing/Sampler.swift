internal import Trainer
public import Kernels
public import Layers
public import Networks
public import Tensors
public import Threads

/// Draws samples with a generator's running statistics, in passes of a few images.
///
/// A sample is a function of weights, seed, class and number: neither the samples around it nor threads change a bit,
/// as every image is a shard of its own.
public final class Sampler {
  /// Makes the samples.
  public let generator: Generator<Float>
  /// Makes latent vectors.
  let vectors: LatentVectors
  /// How convolutions are computed.
  let convolutions: ConvolutionAlgorithm
  private let pass: Int
  private let latents: Tensor<Float>
  private let labels: UnsafeMutableBufferPointer<Int32>
  /// The second class of each image of a pass, and its share.
  private let seconds: UnsafeMutableBufferPointer<Int32>
  private let shares: Tensor<Float>
  private let workspace = Workspace()

  /// Plans the memory of a pass.
  ///
  /// - Parameters:
  ///   - architecture: The generator's table.
  ///   - weights: The numbers to use; new ones, all 0, where `nil`.
  ///   - convolutions: How convolutions are computed; weights to use are ordered for it.
  ///   - seed: Decides the latent vectors.
  ///   - truncation: The largest absolute value of a component of a latent vector; none where `nil`.
  ///   - pool: The threads of this rank; each has an image to work on.
  public init(
    _ architecture: GeneratorArchitecture, weights: Weights<Float>? = nil, convolutions: ConvolutionAlgorithm,
    seed: UInt64, truncation: Double? = nil, pool: WorkerPool
  ) {
    vectors = LatentVectors(seed: seed, truncation: truncation)
    self.convolutions = convolutions
    pass = max(8, pool.threads)
    generator = Generator(
      architecture, samples: pass, shards: pass, weights: weights, isTrained: false, pool: pool,
      convolutionAlgorithm: convolutions)
    latents = workspace.tensor(Shape(pass, architecture.latentSize))
    labels = workspace.buffer(pass, of: Int32.self)
    seconds = workspace.buffer(pass, of: Int32.self)
    shares = workspace.tensor(Shape(pass))
  }

  /// Height and width of a sample.
  public var resolution: Int { generator.architecture.resolution }
  /// Colour channels of a sample.
  public var channels: Int { generator.architecture.imageChannels }

  /// Draws samples, pass by pass.
  ///
  /// - Parameters:
  ///   - count: How many.
  ///   - sample: Which the n-th one is.
  ///   - use: Is given the images of a range of samples, `[n, H, W, C]` in −1…1, which stay until it returns.
  /// - Throws: What `use` throws.
  public func draw<Failure: Error>(
    _ count: Int, _ sample: (Int) -> Sample, use: (Range<Int>, Tensor<Float>) throws(Failure) -> Void
  ) throws(Failure) {
    try draw(count, mixture: nil, { set(sample($0), at: $1) }, use)
  }

  /// Draws what lies between samples, pass by pass; where that is a sample, it has the bits of `draw`.
  ///
  /// - Parameters:
  ///   - count: How many.
  ///   - blend: What the n-th one is.
  ///   - use: As of `draw`.
  /// - Throws: What `use` throws.
  public func draw<Failure: Error>(
    _ count: Int, blends blend: (Int) -> Blend, use: (Range<Int>, Tensor<Float>) throws(Failure) -> Void
  ) throws(Failure) {
    try draw(
      count, mixture: RowMixture(second: Labels(seconds), shares: shares),
      { index, place in
        let blend = blend(index)
        set(blend.first, at: place)
        if blend.latentShare > 0 {
          let row = latents[rows: place..<place + 1]
          let first = Array(row.elements)
          vectors.fill(row, of: blend.second)
          let mean = sphericalMean(first, Array(row.elements), blend.latentShare)
          for (component, value) in mean.enumerated() { row.base[component] = value }
        }
        seconds[place] = Int32(blend.second.label)
        shares.base[place] = Float(blend.classShare)
      }, use)
  }

  private func draw<Failure: Error>(
    _ count: Int, mixture: RowMixture<Float>?, _ set: (_ index: Int, _ place: Int) -> Void,
    _ use: (Range<Int>, Tensor<Float>) throws(Failure) -> Void
  ) throws(Failure) {
    for start in stride(from: 0, to: count, by: pass) {
      let range = start..<min(start + pass, count)
      for index in range { set(index, index - start) }
      // The rest of an incomplete pass repeats samples of the one before.
      let images = generator.forward(latents, labels: Labels(labels), mixture: mixture, statistics: .running)
      try use(range, images[rows: 0..<range.count])
    }
  }

  private func set(_ sample: Sample, at place: Int) {
    vectors.fill(latents[rows: place..<place + 1], of: sample)
    labels[place] = Int32(sample.label)
  }

  /// The latent vectors of a range of samples, one after the other.
  public func latents(_ range: Range<Int>, _ sample: (Int) -> Sample) -> [Float] {
    let row = latents[rows: 0..<1]
    return range.flatMap { index in
      vectors.fill(row, of: sample(index))
      return Array(row.elements)
    }
  }
}

extension LatentVectors {
  /// Writes the vector of a sample.
  func fill(_ row: Tensor<Float>, of sample: Sample) { fill(row, .samples, sample.label, sample.number) }
}
