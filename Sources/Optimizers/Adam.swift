public import Tensors

/// The Adam optimizer (Kingma and Ba 2015, algorithm 1) with bias correction; one for each network.
///
///     m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
///     w ← w − α · m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + ε)
public final class Adam<Scalar: TensorScalar> {
  /// The hyperparameters that do not change.
  public struct Settings: Hashable, Sendable {
    /// Decay of the first moment; with 0 the moment is the gradient and is not stored.
    public var beta1: Double
    /// Decay of the second moment.
    public var beta2: Double
    /// Added to the denominator.
    public var epsilon: Double

    /// The hyperparameters.
    public init(beta1: Double, beta2: Double, epsilon: Double) {
      self.beta1 = beta1
      self.beta2 = beta2
      self.epsilon = epsilon
    }
  }

  /// The hyperparameters.
  public let settings: Settings
  /// First moments m, in the parameters' layout; empty where β₁ is 0.
  public let first: Arena<Scalar>
  /// Second moments v, in the parameters' layout.
  public let second: Arena<Scalar>
  /// Updates made so far: t before the next one is this + 1.
  public var updates = 0

  /// Moments of 0 for parameters of `layout`.
  public init(_ layout: ArenaLayout, _ settings: Settings) {
    self.settings = settings
    first = Arena(settings.beta1 == 0 ? ArenaLayout() : layout)
    second = Arena(layout)
  }

  /// Moves the parameters one step against their gradients.
  ///
  /// - Parameters:
  ///   - values: The parameters.
  ///   - gradients: Their gradients, in the same layout.
  ///   - learningRate: α.
  ///   - average: Follows the parameters in the same sweep, while the caches hold what has just been written.
  ///   - pool: Shares out blocks.
  public func update(
    _ values: Arena<Scalar>, _ gradients: Arena<Scalar>, learningRate: Double, average: MovingAverage<Scalar>? = nil,
    pool: WorkerPool
  ) {
    precondition(
      values.values.count == second.values.count && gradients.values.count == second.values.count,
      "Adam for \(second.values.count) numbers was given \(values.values.count) and \(gradients.values.count)")
    precondition(
      average.map { $0.numbers.values.count == second.values.count } ?? true, "an average of another layout")
    updates += 1
    let correction1 = 1 - power(settings.beta1, updates)
    let correction2 = 1 - power(settings.beta2, updates)
    adamSweep(
      values: values.values, gradients: gradients.values, first: first.values, second: second.values,
      coefficients: AdamCoefficients(
        beta1: Scalar(settings.beta1), rest1: Scalar(1 - settings.beta1), beta2: Scalar(settings.beta2),
        rest2: Scalar(1 - settings.beta2), rate: Scalar(learningRate / correction1),
        rootFactor: Scalar(1 / correction2.squareRoot()), epsilon: Scalar(settings.epsilon)),
      average: average.map { AverageSweep($0) }, pool: pool)
  }

  /// `base` to the `exponent`, by squaring: the same bits on every machine.
  private func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, factor, rest) = (1.0, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result *= factor }
      factor *= factor
      rest >>= 1
    }
    return result
  }
}

/// The numbers of one Adam update, rounded once.
struct AdamCoefficients<Scalar: TensorScalar> {
  var beta1: Scalar
  var rest1: Scalar
  var beta2: Scalar
  var rest2: Scalar
  var rate: Scalar
  var rootFactor: Scalar
  var epsilon: Scalar
}

/// One sweep over values, gradients and moments, and the average of the values if there is one.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
func adamSweep<Scalar: TensorScalar>(
  values: UnsafeMutableBufferPointer<Scalar>, gradients: UnsafeMutableBufferPointer<Scalar>,
  first: UnsafeMutableBufferPointer<Scalar>, second: UnsafeMutableBufferPointer<Scalar>,
  coefficients k: AdamCoefficients<Scalar>, average: AverageSweep<Scalar>?, pool: WorkerPool
) {
  guard let w = values.baseAddress, let g = gradients.baseAddress, let v = second.baseAddress else { return }
  let m = first.count == values.count ? first.baseAddress : nil
  forEachSweepBlock(of: values.count, pool: pool) { range in
    if let m {
      for i in range {
        m[i] = k.beta1 * m[i] + k.rest1 * g[i]
        v[i] = k.beta2 * v[i] + k.rest2 * (g[i] * g[i])
        w[i] -= k.rate * m[i] / (v[i].squareRoot() * k.rootFactor + k.epsilon)
      }
    } else {
      for i in range {
        v[i] = k.beta2 * v[i] + k.rest2 * (g[i] * g[i])
        w[i] -= k.rate * g[i] / (v[i].squareRoot() * k.rootFactor + k.epsilon)
      }
    }
    average?.follow(w, range)
  }
}

/// Runs `body` for each block of a sweep over an arena.
@inline(__always)
func forEachSweepBlock(of count: Int, pool: WorkerPool, _ body: (Range<Int>) -> Void) {
  // A block of an arena, or of several at once, stays in the second cache.
  let size = 32768
  pool.run((count &+ size &- 1) / size) { block, _ in
    body(block &* size..<min((block &+ 1) &* size, count))
  }
}
