public import Tensors
public import Threads

/// What the gradient with respect to Ŵ = W / σ lacks to be the gradient with respect to W.
///
/// u and v are constants of the weight version, σ = uᵀWv is not:
///
///     dW = (dŴ − ⟨dŴ, Ŵ⟩ · u vᵀ) / σ
///
/// The inner product takes a pass over weight and gradient, and has to be known before the first element is. The rest is
/// done wherever the gradient is read next, by any number of threads, as it only reads the vectors.
public struct SpectralNormGradient<Scalar: KernelScalar>: @unchecked Sendable {
  /// Where the weight and its gradient lie in their arenas.
  public let range: Range<Int>

  // Lines of `width` numbers, `height` of them in a block, `blocks` blocks from left to right and then downwards.
  fileprivate let width: Int
  fileprivate let height: Int
  fileprivate let blocks: Int
  fileprivate let rows: UnsafePointer<Scalar>
  fileprivate let columns: UnsafePointer<Scalar>
  fileprivate let projection: Scalar
  fileprivate let factor: Scalar

  /// Elements of one partial sum of the inner product.
  private static var elementsPerSum: Int { 65536 }

  /// Elements of the scratch memory for a weight of `count` elements.
  public static func scratchElements(_ count: Int) -> Int { (count + elementsPerSum - 1) / elementsPerSum }

  /// The correction of one gradient.
  ///
  /// - Parameters:
  ///   - w: The weight and the vectors of this version.
  ///   - sigma: σ of this version.
  ///   - gradient: dŴ, in the order of the weight.
  ///   - range: Where both lie in their arenas.
  ///   - scratch: `scratchElements` of memory.
  ///   - pool: Shares out parts of the inner product.
  public init(
    _ w: SpectralMatrix<Scalar>, sigma: Scalar, _ gradient: Tensor<Scalar>, at range: Range<Int>,
    scratch: Tensor<Double>, pool: WorkerPool
  ) {
    precondition(range.count == w.weight.count && gradient.count == w.weight.count, "\(gradient.shape) at \(range)")
    self.range = range
    let (rows, columns) = w.order == .outputsByInputs ? (w.u, w.v) : (w.v, w.u)
    if case .panels(let rows) = w.order {
      (width, height) = (FilterPanels.columns, rows)
    } else {
      (width, height) = (columns.count, rows.count)
    }
    blocks = columns.count / width
    self.rows = UnsafePointer(rows.base)
    self.columns = UnsafePointer(columns.base)
    let count = Self.scratchElements(gradient.count)
    pool.run(count) { part, _ in
      let first = part * Self.elementsPerSum
      let elements = min(Self.elementsPerSum, gradient.count - first)
      scratch.base[part] = innerProduct(
        Tensor(gradient.base + first, Shape(elements)), Tensor(w.weight.base + first, Shape(elements)))
    }
    var total = 0.0
    for part in 0..<count { total += scratch.base[part] }
    projection = Scalar(total / Double(sigma))
    factor = 1 / sigma
  }
}

/// Writes a part of a corrected gradient.
///
/// - Parameters:
///   - correction: The correction.
///   - part: Which part, in the arena.
///   - gradient: The arena's gradients before they are corrected.
///   - result: Receives the part from its first element on; may be where it is read.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func correct<Scalar: KernelScalar>(
  _ correction: SpectralNormGradient<Scalar>, _ part: Range<Int>, of gradient: UnsafePointer<Scalar>,
  into result: UnsafeMutablePointer<Scalar>
) {
  let k = correction
  var place = part.lowerBound &- k.range.lowerBound
  let end = part.upperBound &- k.range.lowerBound
  var (from, to) = (gradient + part.lowerBound, result)
  while place < end {
    let line = place / k.width
    let first = place &- line &* k.width
    let block = line / k.height
    let row = line &- block &* k.height
    let blockRow = block / k.blocks
    let factors = k.columns + (block &- blockRow &* k.blocks) &* k.width
    // Whole lines of one block, or what is left of one line.
    let lines = first == 0 ? min(k.height &- row, (end &- place) / k.width) : 0
    for i in 0..<lines {
      let share = k.projection * k.rows[blockRow &* k.height &+ row &+ i]
      for c in 0..<k.width { to[c] = (from[c] - share * factors[c]) * k.factor }
      from += k.width
      to += k.width
    }
    place &+= lines &* k.width
    if lines == 0 {
      let count = min(k.width &- first, end &- place)
      let share = k.projection * k.rows[blockRow &* k.height &+ row]
      for c in 0..<count { to[c] = (from[c] - share * factors[first &+ c]) * k.factor }
      from += count
      to += count
      place &+= count
    }
  }
}
