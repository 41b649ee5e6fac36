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
  private let seed: UInt64
  private let pass: Int
  private let latents: Tensor<Float>
  private let labels: UnsafeMutableBufferPointer<Int32>
  private let workspace = Workspace()

  /// Plans the memory of a pass.
  ///
  /// - Parameters:
  ///   - architecture: The generator's table.
  ///   - weights: The numbers to use; new ones, all 0, where `nil`.
  ///   - convolutions: How convolutions are computed; weights to use are ordered for it.
  ///   - seed: Decides the latent vectors.
  ///   - pool: The threads of this rank; each has an image to work on.
  public init(
    _ architecture: GeneratorArchitecture, weights: Weights<Float>? = nil, convolutions: ConvolutionAlgorithm,
    seed: UInt64, pool: WorkerPool
  ) {
    self.seed = seed
    pass = max(8, pool.threads)
    generator = Generator(
      architecture, samples: pass, shards: pass, weights: weights, isTrained: false, pool: pool,
      convolutionAlgorithm: convolutions)
    latents = workspace.tensor(Shape(pass, architecture.latentSize))
    labels = workspace.buffer(pass, of: Int32.self)
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
    for start in stride(from: 0, to: count, by: pass) {
      let range = start..<min(start + pass, count)
      for index in range {
        fillLatents(of: sample(index), latents[rows: index - start..<index - start + 1])
        labels[index - start] = Int32(sample(index).label)
      }
      // The rest of an incomplete pass repeats samples of the one before.
      let images = generator.forward(latents, labels: Labels(labels), statistics: .running)
      try use(range, images[rows: 0..<range.count])
    }
  }

  /// The latent vectors of a range of samples, one after the other.
  public func latents(_ range: Range<Int>, _ sample: (Int) -> Sample) -> [Float] {
    let row = latents[rows: 0..<1]
    return range.flatMap { index in
      fillLatents(of: sample(index), row)
      return Array(row.elements)
    }
  }

  private func fillLatents(of sample: Sample, _ row: Tensor<Float>) {
    var stream = RandomStream(
      seed: seed, purpose: .samples, update: UInt32(sample.label), sample: UInt32(sample.number))
    stream.fillNormal(row)
  }
}
