public import Tensors

/// Scratch memory of convolutions, shared by all layers of a network; contents mean nothing between calls.
public struct ConvolutionScratch<Scalar: KernelScalar>: Sendable {
  /// Parts of each worker, of the direct algorithm.
  package let activated: Tensor<Scalar>
  package let columns: Tensor<Scalar>
  package let product: Tensor<Scalar>
  /// Memory of the fast algorithm, which cuts it up by layer.
  package let fast: Tensor<Float>
  /// Sums of parts of a shard's pixels.
  let biasRuns: Tensor<Scalar>
  let biasSums: Tensor<Double>

  /// Scratch for every convolution of `list`, each given with the input shape of one shard.
  ///
  /// - Parameters:
  ///   - list: Convolutions and the shapes of the largest shard.
  ///   - shards: Shards of a pass.
  ///   - workers: Threads of the pool.
  ///   - workspace: Gives the memory.
  public init(
    for list: [(convolution: Convolution, input: Shape)], shards: Int, workers: Int, in workspace: Workspace
  ) {
    var sizes = (activated: 1, columns: 1, product: 1, fast: 1)
    for (convolution, input) in list {
      if convolution.algorithm == .fast {
        let elements =
          if convolution.isPointwise {
            convolution.pointwiseScratch(input, workers: workers)
          } else if convolution.isNarrow {
            convolution.narrowScratch(input, workers: workers)
          } else {
            convolution.fastScratch(input, shards: shards, workers: workers)
          }
        sizes.fast = max(sizes.fast, elements)
        continue
      }
      let bands = convolution.bands(input)
      let inputRows = min(bands.rowsPerBand + 2, bands.height)
      sizes.activated = max(
        sizes.activated, bands.imagesPerBand * inputRows * bands.width * convolution.inputChannels)
      sizes.columns = max(sizes.columns, bands.pixels * convolution.depth)
      sizes.product = max(sizes.product, bands.pixels * convolution.outputChannels)
    }
    activated = workspace.tensor(Shape(workers, (sizes.activated + 15) / 16 * 16))
    columns = workspace.tensor(Shape(workers, (sizes.columns + 15) / 16 * 16))
    product = workspace.tensor(Shape(workers, (sizes.product + 15) / 16 * 16))
    fast = workspace.tensor(Shape(sizes.fast))
    let outputs = (list.map(\.convolution.outputChannels).max() ?? 1) + 15
    biasRuns = workspace.tensor(Shape(biasParts, outputs / 16 * 16))
    biasSums = workspace.tensor(Shape(biasParts, outputs / 16 * 16))
  }
}
