internal import Tensors
internal import Threads

// Which scheme and which direction of it a convolution uses:
//
//                     scheme                       forward      input gradient   filters read by forward
//     3 × 3           Winograd                     expansion    contraction      as they are
//     upsample, 3 × 3 an upsampling scheme         expansion    contraction      as they are
//     3 × 3, pool     the same: ¼ of its adjoint   contraction  expansion        taps reversed

extension Convolution {
  /// Something to be done with a scheme.
  fileprivate protocol SchemeVisitor {
    associatedtype Result
    func visit<Scheme: TransformScheme>(_ scheme: Scheme.Type) -> Result
  }

  /// Upsampling of maps up to this size takes the scheme with the fewest transformed filters.
  private static var differenceLimit: Int { 4 }

  fileprivate var isPooled: Bool { resampling == .averagePool }
  fileprivate var gain: Float { isPooled ? 0.25 : 1 }

  /// Calls `visitor` with the scheme for inputs of `shape`.
  @inline(__always)
  fileprivate func withScheme<Visitor: SchemeVisitor>(_ shape: Shape, _ visitor: Visitor) -> Visitor.Result {
    if resampling == .none { return visitor.visit(Winograd.self) }
    let (height, width) = (shape[1] / (isPooled ? 2 : 1), shape[2] / (isPooled ? 2 : 1))
    if min(height, width) <= Self.differenceLimit { return visitor.visit(DifferenceUpsampling.self) }
    return InnerUpsampling.covers(height) && InnerUpsampling.covers(width)
      ? visitor.visit(InnerUpsampling.self) : visitor.visit(SharedUpsampling.self)
  }

  /// Extents of the fine side, for inputs of `shape`.
  fileprivate func fineSize(_ shape: Shape) -> (height: Int, width: Int) {
    resampling == .upsample ? (2 * shape[1], 2 * shape[2]) : (shape[1], shape[2])
  }

  fileprivate func filters(_ weight: Tensor<Float>) -> FilterPanels {
    FilterPanels(base: weight.base, inputs: inputChannels, outputs: outputChannels, isReversed: isPooled)
  }
}

// MARK: Forward

private struct Forward: Convolution.SchemeVisitor {
  let convolution: Convolution
  let x, weight, y: Tensor<Float>
  let activation: InputActivation<Float>
  let output: TileOutput
  let scratch: Tensor<Float>
  let pool: WorkerPool

  func visit<Scheme: TransformScheme>(_ scheme: Scheme.Type) {
    if convolution.isPooled { run(Contraction<Scheme>.self) } else { run(Expansion<Scheme>.self) }
  }

  private func run<Pass: TilePass>(_ pass: Pass.Type) {
    FastPass<Pass>(convolution, isForward: true, x.shape, threads: pool.threads).run(
      PassMap(x), activation, convolution.filters(weight), transposed: false, into: PassMap(y), output,
      scratch: scratch,
      pool: pool)
  }
}

// MARK: Input gradient

private struct InputGradient: Convolution.SchemeVisitor {
  let convolution: Convolution
  let dy, weight, dx: Tensor<Float>
  let output: TileOutput
  let scratch: Tensor<Float>
  let pool: WorkerPool

  func visit<Scheme: TransformScheme>(_ scheme: Scheme.Type) {
    if convolution.isPooled { run(Expansion<Scheme>.self) } else { run(Contraction<Scheme>.self) }
  }

  private func run<Pass: TilePass>(_ pass: Pass.Type) {
    FastPass<Pass>(convolution, isForward: false, dx.shape, threads: pool.threads).run(
      PassMap(dy), .identity, convolution.filters(weight), transposed: true, into: PassMap(dx), output,
      scratch: scratch, pool: pool)
  }
}

// MARK: Weight gradient

private struct WeightGradient: Convolution.SchemeVisitor {
  let convolution: Convolution
  let x, dy, dWeight: Tensor<Float>
  let activation: InputActivation<Float>
  let scratch: Tensor<Float>
  let pool: WorkerPool

  func visit<Scheme: TransformScheme>(_ scheme: Scheme.Type) {
    if convolution.isPooled {
      run(FastGradient<Scheme, Scheme.FineToProducts, Scheme.CoarseToPoints>(convolution, x.shape))
    } else {
      run(FastGradient<Scheme, Scheme.CoarseToPoints, Scheme.FineToProducts>(convolution, x.shape))
    }
  }

  private func run<Scheme: TransformScheme, Rows: LinearMap, Columns: LinearMap>(
    _ gradient: FastGradient<Scheme, Rows, Columns>
  ) {
    gradient.run(
      (PassMap(x), activation), (PassMap(dy), .identity), into: convolution.filters(dWeight), scale: convolution.gain,
      scratch: scratch, pool: pool)
  }
}

// MARK: Memory

private struct ScratchElements: Convolution.SchemeVisitor {
  let convolution: Convolution
  let shard: Shape
  let shards: Int
  let workers: Int

  func visit<Scheme: TransformScheme>(_ scheme: Scheme.Type) -> Int {
    let expands = FastPass<Expansion<Scheme>>(
      convolution, isForward: !convolution.isPooled, batch, threads: workers
    ).scratchElements(workers: workers)
    let contracts = FastPass<Contraction<Scheme>>(
      convolution, isForward: convolution.isPooled, batch, threads: workers
    ).scratchElements(workers: workers)
    let sums =
      convolution.isPooled
      ? FastGradient<Scheme, Scheme.FineToProducts, Scheme.CoarseToPoints>(convolution, shard)
        .scratchElements(workers: workers)
      : FastGradient<Scheme, Scheme.CoarseToPoints, Scheme.FineToProducts>(convolution, shard)
        .scratchElements(workers: workers)
    return max(expands, contracts, sums)
  }

  private var batch: Shape { shard.withOutermost(shard[0] * shards) }
}

extension FastPass {
  /// The pass of a convolution with inputs of `shape`, or of its input gradient.
  fileprivate init(_ convolution: Convolution, isForward: Bool, _ shape: Shape, threads: Int) {
    let fine = convolution.fineSize(shape)
    let (inputs, outputs) = (convolution.inputChannels, convolution.outputChannels)
    self.init(
      images: shape[0], fineHeight: fine.height, fineWidth: fine.width,
      inputs: isForward ? inputs : outputs, outputs: isForward ? outputs : inputs,
      threads: threads, caches: convolution.caches)
  }
}

extension FastGradient {
  /// The gradient of a convolution with inputs of `shape`.
  fileprivate init(_ convolution: Convolution, _ shape: Shape) {
    let fine = convolution.fineSize(shape)
    self.init(
      images: shape[0], fineHeight: fine.height, fineWidth: fine.width, inputs: convolution.inputChannels,
      outputs: convolution.outputChannels, rowsAreCoarse: !convolution.isPooled)
  }
}

extension Convolution {
  /// The fast form of `convolve`.
  func forwardFast(
    _ x: Tensor<Float>, _ activation: InputActivation<Float>, _ weight: Tensor<Float>, scale: Float,
    _ epilogue: Epilogue<Float>, into y: Tensor<Float>, scratch: Tensor<Float>, pool: WorkerPool
  ) {
    withScheme(
      x.shape,
      Forward(
        convolution: self, x: x, weight: weight, y: y, activation: activation,
        output: TileOutput(scale: gain * scale, epilogue: epilogue), scratch: scratch, pool: pool))
  }

  /// The fast form of `convolveInputGradient`.
  func inputGradientFast(
    _ dy: Tensor<Float>, _ weight: Tensor<Float>, scale: Float, into dx: Tensor<Float>,
    scratch: Tensor<Float>, pool: WorkerPool
  ) {
    withScheme(
      dx.shape,
      InputGradient(
        convolution: self, dy: dy, weight: weight, dx: dx, output: TileOutput(scale: gain * scale),
        scratch: scratch, pool: pool))
  }

  /// The fast form of `convolveWeightGradient`.
  func weightGradientFast(
    _ x: Tensor<Float>, _ activation: InputActivation<Float>, _ dy: Tensor<Float>, into dWeight: Tensor<Float>,
    scratch: Tensor<Float>, pool: WorkerPool
  ) {
    withScheme(
      x.shape,
      WeightGradient(
        convolution: self, x: x, dy: dy, dWeight: dWeight, activation: activation, scratch: scratch, pool: pool))
  }

  /// Scratch elements for passes of up to as many images as `shard` has, in each of `shards` shards.
  func fastScratch(_ shard: Shape, shards: Int, workers: Int) -> Int {
    var largest = 1
    // Fewer images may take another form with other needs.
    for images in stride(from: 1, through: max(shard[0], 1), by: 1) {
      let elements = withScheme(
        shard,
        ScratchElements(convolution: self, shard: shard.withOutermost(images), shards: shards, workers: workers))
      largest = max(largest, elements)
    }
    return largest
  }
}
