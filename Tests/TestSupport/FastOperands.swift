internal import Files
public import Kernels
public import Tensors
public import Threads

/// One convolution by the fast algorithm in single precision and by the direct one in double precision, on the same numbers.
public struct FastOperands {
  /// The convolution by either algorithm.
  public private(set) var fast: Convolution
  /// The same, directly.
  public let direct: Convolution
  /// The numbers.
  public let x, dy, weight: Tensor<Float>
  /// Factor of the filters.
  public let scale: Float

  private let images, shards: Int
  private let activation: InputActivation<Float>
  private let source: TensorSource
  private let input: Shape

  /// Random numbers.
  public init(
    _ convolution: Convolution, images: Int, _ height: Int, _ width: Int, shards: Int = 1,
    _ kind: ActivationKind = .identity, _ source: TensorSource
  ) {
    direct = convolution
    fast = convolution.adopting(.fast, height: height, width: width, of: Float.self)
    precondition(fast.algorithm == .fast, "\(convolution) is not covered")
    (self.images, self.shards, self.source) = (images, shards, source)
    input = Shape(images, height, width, convolution.inputChannels)
    x = Self.normal(input, source)
    dy = Self.normal(convolution.outputShape(of: input), source)
    weight = Self.normal(Shape(convolution.weightCount), source)
    activation = kind.activation(samples: images, channels: convolution.inputChannels, source)
    scale = 0.75
  }

  /// Numbers of a network: a layer with a fast algorithm, the input it has stored, and the gradient of its output.
  public init(
    recorded fast: Convolution, _ x: Tensor<Float>, _ activation: InputActivation<Float>, dy: Tensor<Float>,
    weight: Tensor<Float>, _ source: TensorSource
  ) {
    self.fast = fast
    direct = Convolution(
      kernelSize: fast.kernelSize, inputChannels: fast.inputChannels, outputChannels: fast.outputChannels,
      resampling: fast.resampling)
    (self.x, self.dy, self.weight, self.activation, self.source) = (x, dy, weight, activation, source)
    (images, shards, input, scale) = (x.shape[0], 1, x.shape, 1)
  }

  /// The same operands for passes that are cut for other caches.
  public func cut(forLevel2 bytes: Int) -> FastOperands {
    var result = self
    result.fast.caches = CacheSizes(level2: bytes)
    return result
  }

  /// The largest error of a channel of the output and of both gradients, relative to the channel's largest number.
  public func errors(_ pool: WorkerPool) -> [Double] {
    [
      channelError(output(pool), expectedOutput(pool), channels: direct.outputChannels),
      channelError(inputGradient(pool), expectedInputGradient(pool), channels: direct.inputChannels),
      channelError(directOrder(weightGradient(pool)), expectedWeightGradient(pool), channels: direct.outputChannels),
    ]
  }

  /// Normal numbers: for millions of them, sums of pairs from two shorter lists.
  private static func normal(_ shape: Shape, _ source: TensorSource) -> Tensor<Float> {
    let lists = (source.normal(Shape(4093), of: Float.self), source.normal(Shape(4079), of: Float.self))
    let result: Tensor<Float> = source.zeros(shape)
    let half = Float(0.5).squareRoot()
    for i in 0..<result.count { result.base[i] = half * (lists.0.base[i % 4093] + lists.1.base[i % 4079]) }
    return result
  }

  // MARK: The fast algorithm

  /// The output by the fast algorithm; of fewer samples than one shard has, in memory for the whole shard.
  public func output(_ pool: WorkerPool, samples: Range<Int>? = nil, _ epilogue: Epilogue<Float> = Epilogue())
    -> Tensor<Float>
  {
    let samples = samples ?? 0..<images
    let shards = max(1, shards * samples.count / images)
    let y: Tensor<Float> = source.poisoned(dy.shape.withOutermost(samples.count))
    convolve(
      fast, x[rows: samples], activation: activation.rows(samples), weight: weight, weightScale: scale,
      epilogue: epilogue,
      into: y, shards: shards, scratch: scratch(shards, pool), pool: pool)
    return y
  }

  /// The input gradient by the fast algorithm.
  public func inputGradient(
    _ pool: WorkerPool, samples: Range<Int>? = nil, addingTo before: Tensor<Float>? = nil
  ) -> Tensor<Float> {
    let samples = samples ?? 0..<images
    let shards = max(1, shards * samples.count / images)
    let dx: Tensor<Float> = source.poisoned(input.withOutermost(samples.count))
    if let before { dx.copy(from: before) }
    convolveInputGradient(
      fast, dy: dy[rows: samples], weight: weight, weightScale: scale, into: dx, adding: before != nil, shards: shards,
      scratch: scratch(shards, pool), pool: pool)
    return dx
  }

  /// The weight gradient by the fast algorithm.
  public func weightGradient(_ pool: WorkerPool, samples: Range<Int>? = nil) -> Tensor<Float> {
    let samples = samples ?? 0..<images
    let dWeight: Tensor<Float> = source.poisoned(Shape(fast.weightCount))
    convolveWeightGradient(
      fast, x[rows: samples], activation: activation.rows(samples), dy: dy[rows: samples], into: dWeight,
      scratch: scratch(1, pool, images: samples.count), pool: pool)
    return dWeight
  }

  /// Scratch full of not-a-number: whatever a kernel reads of it, it must have written before.
  private func scratch(_ shards: Int, _ pool: WorkerPool, images: Int? = nil) -> ConvolutionScratch<Float> {
    let result = ConvolutionScratch<Float>(
      for: [(fast, input.withOutermost(images ?? self.images / self.shards))], shards: shards, workers: pool.threads,
      in: source.workspace)
    result.fast.fill(.nan)
    return result
  }

  // MARK: The direct algorithm, in double precision

  /// The output by the direct algorithm.
  public func expectedOutput(_ pool: WorkerPool, _ epilogue: Epilogue<Double> = Epilogue()) -> Tensor<Double> {
    let y: Tensor<Double> = source.poisoned(dy.shape)
    convolve(
      direct, doubled(x), activation: doubled(activation), weight: directWeight, weightScale: Double(scale),
      epilogue: epilogue, into: y, shards: 1, scratch: directScratch(pool), pool: pool)
    return y
  }

  /// The input gradient by the direct algorithm.
  public func expectedInputGradient(_ pool: WorkerPool) -> Tensor<Double> {
    let dx: Tensor<Double> = source.poisoned(input)
    convolveInputGradient(
      direct, dy: doubled(dy), weight: directWeight, weightScale: Double(scale), into: dx, shards: 1,
      scratch: directScratch(pool), pool: pool)
    return dx
  }

  /// The weight gradient by the direct algorithm.
  public func expectedWeightGradient(_ pool: WorkerPool) -> Tensor<Double> {
    let dWeight: Tensor<Double> = source.poisoned(Shape(direct.weightCount))
    convolveWeightGradient(
      direct, doubled(x), activation: doubled(activation), dy: doubled(dy), into: dWeight, scratch: directScratch(pool),
      pool: pool)
    return dWeight
  }

  private func directScratch(_ pool: WorkerPool) -> ConvolutionScratch<Double> {
    ConvolutionScratch(for: [(direct, input)], shards: 1, workers: pool.threads, in: source.workspace)
  }

  /// The same numbers in double precision.
  public func doubled(_ tensor: Tensor<Float>) -> Tensor<Double> {
    let result: Tensor<Double> = source.zeros(tensor.shape)
    for i in 0..<tensor.count { result.base[i] = Double(tensor.base[i]) }
    return result
  }

  private func doubled(_ activation: InputActivation<Float>) -> InputActivation<Double> {
    switch activation {
    case .identity: .identity
    case .relu: .relu
    case .scaleShiftReLU(let scale, let shift): .scaleShiftReLU(scale: doubled(scale), shift: doubled(shift))
    }
  }

  /// The filters in the direct algorithm's order.
  private var directWeight: Tensor<Double> {
    let result: Tensor<Double> = source.zeros(Shape(direct.weightCount))
    forEachFilterElement { direct, fast in result.base[direct] = Double(weight.base[fast]) }
    return result
  }

  /// Calls `body` with the places of every filter element in both orders: `[k, k, C, O]` and `[k, k, O / 32, C, 32]`.
  ///
  /// Filters of layers with an image on one side have one order.
  private func forEachFilterElement(_ body: (_ direct: Int, _ fast: Int) -> Void) {
    let (inputs, outputs) = (direct.inputChannels, direct.outputChannels)
    if fast.filterColumns == outputs { return (0..<direct.weightCount).forEach { body($0, $0) } }
    for tap in 0..<direct.kernelSize * direct.kernelSize {
      for c in 0..<inputs {
        for o in 0..<outputs {
          body((tap * inputs + c) * outputs + o, ((tap * outputs / 32 + o / 32) * inputs + c) * 32 + o % 32)
        }
      }
    }
  }

  /// A gradient of the filters in the direct algorithm's order.
  public func directOrder(_ gradient: Tensor<Float>) -> Tensor<Float> {
    let result: Tensor<Float> = source.zeros(gradient.shape)
    forEachFilterElement { direct, fast in result.base[direct] = gradient.base[fast] }
    return result
  }
}
