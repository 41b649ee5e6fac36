internal import BLAS
public import Tensors
public import Threads

/// Queries that the general form takes against all keys at once.
private let queriesPerTile = 256

/// Scratch memory of attention, one part per worker.
public struct AttentionScratch<Scalar: KernelScalar>: Sendable {
  package let weights: Tensor<Scalar>
  package let gradients: Tensor<Scalar>
  package let packed: Tensor<Float>

  /// Scratch for layers with any of these extents, one layer after the other.
  public init(for layers: [AttentionExtents], workers: Int, in workspace: Workspace) {
    var (tile, packedElements) = (1, 1)
    for layer in layers {
      if Scalar.self == Float.self,
        let attention = PackedAttention(queries: 1, keys: layer.keys, depth: layer.depth, width: layer.width)
      {
        packedElements = max(packedElements, attention.scratchElements)
      } else {
        tile = max(tile, queriesPerTile * layer.keys)
      }
    }
    weights = workspace.tensor(Shape(workers, tile))
    gradients = workspace.tensor(weights.shape)
    packed = workspace.tensor(Shape(workers, packedElements))
  }

  /// Traps unless a tile of weights fits.
  fileprivate func checkRoom(queries: Int, keys: Int) {
    let needed = min(queriesPerTile, queries) * keys
    precondition(
      weights.shape[1] >= needed, "attention's tile of \(needed) weights in scratch planned for \(weights.shape[1])")
  }

  /// Scratch for maps with `keys` keys of `depth` numbers and values of `width` numbers.
  public init(keys: Int, depth: Int, width: Int, workers: Int, in workspace: Workspace) {
    self.init(for: [AttentionExtents(keys: keys, depth: depth, width: width)], workers: workers, in: workspace)
  }
}

/// What attention's scratch memory depends on.
public struct AttentionExtents: Sendable {
  /// Keys of a sample.
  public var keys: Int
  /// Numbers of a key.
  public var depth: Int
  /// Numbers of a value.
  public var width: Int

  /// The extents of a layer.
  public init(keys: Int, depth: Int, width: Int) {
    (self.keys, self.depth, self.width) = (keys, depth, width)
  }
}

/// Dot-product attention without scaling, tile by tile of queries.
///
///     output = softmax(query · keyᵀ) · value
///
/// - Parameters:
///   - query: `[N, Q, D]`.
///   - key: `[N, K, D]`.
///   - value: `[N, K, E]`.
///   - output: `[N, Q, E]`, overwritten.
///   - scratch: Planned for a layer of these extents.
///   - pool: Shares out images.
///   - watch: What becomes of the softmax, which is there tile by tile, as the product with the values uses it.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func attend<Scalar: KernelScalar>(
  query: Tensor<Scalar>, key: Tensor<Scalar>, value: Tensor<Scalar>, into output: Tensor<Scalar>,
  scratch: AttentionScratch<Scalar>, pool: WorkerPool, watch: AttentionWatch<Scalar>? = nil
) {
  let (queries, depth) = (query.shape[1], query.shape[2])
  let (keys, width) = (key.shape[1], value.shape[2])
  let room = watch?.weights?.shape
  precondition(
    room.map { $0 == Shape(query.shape[0], queries, keys) } ?? true,
    "weights of \(query.shape[0]) × \(queries) × \(keys) into \(room.map(\.description) ?? "")")
  if Scalar.self == Float.self,
    let attention = PackedAttention(queries: queries, keys: keys, depth: depth, width: width)
  {
    let (q, k, v) = (query.singlePrecision, key.singlePrecision, value.singlePrecision)
    let y = output.singlePrecision
    let watch = watch?.singlePrecision
    return pool.run(query.shape[0]) { n, worker in
      attention.forward(
        query: q.base + n * queries * depth, key: k.base + n * keys * depth, value: v.base + n * keys * width,
        into: y.base + n * queries * width, scratch: scratch.packed[rows: worker..<worker + 1]
      ) { tile, weights in watch?.see(n, tile, weights) }
    }
  }
  scratch.checkRoom(queries: queries, keys: keys)
  pool.run(query.shape[0]) { n, worker in
    let k = Matrix(key.base + n * keys * depth, rows: keys, columns: depth)
    let v = Matrix(value.base + n * keys * width, rows: keys, columns: width)
    let weights = scratch.weights[rows: worker..<worker + 1].base
    for start in stride(from: 0, to: queries, by: queriesPerTile) {
      let rows = min(queriesPerTile, queries - start)
      let q = Matrix(query.base + (n * queries + start) * depth, rows: rows, columns: depth)
      let tile = Matrix(weights, rows: rows, columns: keys)
      multiply(q, k.transposed, into: tile)
      softmax(weights, rows: rows, count: keys)
      watch?.see(n, start..<start + rows, weights)
      multiply(
        tile, v, into: Matrix(output.base + (n * queries + start) * width, rows: rows, columns: width))
    }
  }
}

/// Backward of `attend`; the weights are made again tile by tile.
///
/// With A the weights of a tile and dO the gradient of its outputs:
///
///     dvalue += Aᵀ dO,   dA = dO · valueᵀ,   dS = A ∘ (dA − rowsum(A ∘ dA)),   dquery = dS · key,   dkey += dSᵀ · query
///
/// - Parameters:
///   - query: As in the forward pass.
///   - key: As in the forward pass.
///   - value: As in the forward pass.
///   - dOutput: `[N, Q, E]`.
///   - dQuery: `[N, Q, D]`, overwritten.
///   - dKey: `[N, K, D]`, overwritten.
///   - dValue: `[N, K, E]`, overwritten.
///   - scratch: Planned for a layer of these extents.
///   - pool: Shares out images.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func attendBackward<Scalar: KernelScalar>(
  query: Tensor<Scalar>, key: Tensor<Scalar>, value: Tensor<Scalar>, dOutput: Tensor<Scalar>,
  dQuery: Tensor<Scalar>, dKey: Tensor<Scalar>, dValue: Tensor<Scalar>, scratch: AttentionScratch<Scalar>,
  pool: WorkerPool
) {
  let (queries, depth) = (query.shape[1], query.shape[2])
  let (keys, width) = (key.shape[1], value.shape[2])
  if Scalar.self == Float.self,
    let attention = PackedAttention(queries: queries, keys: keys, depth: depth, width: width)
  {
    let (q, k, v) = (query.singlePrecision, key.singlePrecision, value.singlePrecision)
    let (dO, dQ) = (dOutput.singlePrecision, dQuery.singlePrecision)
    let (dK, dV) = (dKey.singlePrecision, dValue.singlePrecision)
    return pool.run(query.shape[0]) { n, worker in
      attention.backward(
        query: q.base + n * queries * depth, key: k.base + n * keys * depth, value: v.base + n * keys * width,
        dOutput: dO.base + n * queries * width, dQuery: dQ.base + n * queries * depth,
        dKey: dK.base + n * keys * depth, dValue: dV.base + n * keys * width,
        scratch: scratch.packed[rows: worker..<worker + 1])
    }
  }
  scratch.checkRoom(queries: queries, keys: keys)
  pool.run(query.shape[0]) { n, worker in
    let k = Matrix(key.base + n * keys * depth, rows: keys, columns: depth)
    let v = Matrix(value.base + n * keys * width, rows: keys, columns: width)
    let weights = scratch.weights[rows: worker..<worker + 1].base
    let gradients = scratch.gradients[rows: worker..<worker + 1].base
    for start in stride(from: 0, to: queries, by: queriesPerTile) {
      let rows = min(queriesPerTile, queries - start)
      let adding: Scalar = start == 0 ? 0 : 1
      let q = Matrix(query.base + (n * queries + start) * depth, rows: rows, columns: depth)
      let dO = Matrix(dOutput.base + (n * queries + start) * width, rows: rows, columns: width)
      let tile = Matrix(weights, rows: rows, columns: keys)
      let dTile = Matrix(gradients, rows: rows, columns: keys)
      multiply(q, k.transposed, into: tile)
      softmax(weights, rows: rows, count: keys)
      multiply(
        tile.transposed, dO, into: Matrix(dValue.base + n * keys * width, rows: keys, columns: width), adding: adding)
      multiply(dO, v.transposed, into: dTile)
      for row in 0..<rows {
        let a = weights + row * keys
        let d = gradients + row * keys
        let mean = dot(a, d, count: keys)
        for i in 0..<keys { d[i] = a[i] * (d[i] - mean) }
      }
      multiply(
        dTile, k, into: Matrix(dQuery.base + (n * queries + start) * depth, rows: rows, columns: depth))
      multiply(
        dTile.transposed, q, into: Matrix(dKey.base + n * keys * depth, rows: keys, columns: depth), adding: adding)
    }
  }
}

/// Replaces each of `rows` rows of `count` numbers by eˣ / Σ eˣ, relative to the largest so that nothing overflows.
@inline(__always)
func softmax<Scalar: KernelScalar>(_ x: UnsafeMutablePointer<Scalar>, rows: Int, count: Int) {
  if Scalar.self == Float.self && count > 0 && count % VectorLanes.count == 0 {
    for first in stride(from: 0, to: rows, by: rowsTogether) {
      softmax(vectors: x.singlePrecision + first * count, rows: min(rowsTogether, rows - first), count: count)
    }
    return
  }
  for row in 0..<rows {
    let x = x + row * count
    var largest = x[0]
    for i in 1..<max(count, 1) where x[i] > largest { largest = x[i] }
    var total = 0.0
    for i in 0..<count {
      x[i] = Scalar.exponential(x[i] - largest)
      total += Double(x[i])
    }
    let factor = Scalar(1 / total)
    for i in 0..<count { x[i] *= factor }
  }
}

/// Rows whose softmax is taken step by step: what one row's step waits for, those of the others do meanwhile.
private let rowsTogether = 8

/// `softmax` of up to `rowsTogether` rows of whole vectors.
@inline(never)
private func softmax(vectors x: UnsafeMutablePointer<Float>, rows: Int, count: Int) {
  // The largest number of each row, then its factor.
  var numbers = InlineArray<8, Float>(repeating: 0)
  for row in 0..<rows {
    let x = x + row &* count
    var most = load(x)
    for i in stride(from: VectorLanes.count, to: count, by: VectorLanes.count) {
      let value = load(x + i)
      most.replace(with: value, where: value .> most)
    }
    numbers[row] = largest(most)
  }
  for row in 0..<rows {
    let x = x + row &* count
    let largest = numbers[row]
    var sums = Vector.zero
    for i in stride(from: 0, to: count, by: VectorLanes.count) {
      let value = exponential(load(x + i) - largest)
      store(value, to: x + i)
      sums += value
    }
    var total = 0.0
    for lane in 0..<VectorLanes.count { total += Double(sums[lane]) }
    numbers[row] = Float(1 / total)
  }
  for row in 0..<rows {
    let x = x + row &* count
    let factor = numbers[row]
    for i in stride(from: 0, to: count, by: VectorLanes.count) { store(load(x + i) * factor, to: x + i) }
  }
}
