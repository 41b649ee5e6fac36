public import Kernels
public import Tensors
public import Threads

/// The Adam optimizer (Kingma and Ba 2015, algorithm 1) with bias correction; one for each network.
///
///     m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
///     w ← w − α · m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + ε)
public final class Adam<Scalar: KernelScalar> {
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

  private let workspace = Workspace()
  private let scratch: GradientSweep<Scalar>.Scratch
  /// Whether a worker has found parameters that are no numbers any more.
  private let faults: UnsafeMutableBufferPointer<Bool>

  /// Moments of 0 for parameters of `layout`, which up to `workers` threads will update.
  public init(_ layout: ArenaLayout, _ settings: Settings, workers: Int) {
    self.settings = settings
    scratch = .init(workers: workers, in: workspace)
    faults = workspace.buffer(workers, of: Bool.self)
    first = Arena(settings.beta1 == 0 ? ArenaLayout() : layout)
    second = Arena(layout)
  }

  /// Moves the parameters one step against their gradients.
  ///
  /// - Parameters:
  ///   - values: The parameters.
  ///   - gradients: Their gradients, in the same layout; they stay as they are.
  ///   - corrections: What the gradients still lack, in the order of their places.
  ///   - learningRate: α.
  ///   - average: Follows the parameters in the same sweep, while the caches hold what has just been written.
  ///   - taken: Receives each gradient as this update takes it, with its correction; for a recording.
  ///   - pool: Shares out blocks.
  /// - Returns: Whether all parameters are finite now.
  @discardableResult
  public func update(
    _ values: Arena<Scalar>, _ gradients: Arena<Scalar>, corrections: [SpectralNormGradient<Scalar>] = [],
    learningRate: Double, average: MovingAverage<Scalar>? = nil, recordingInto taken: Arena<Scalar>? = nil,
    pool: WorkerPool
  ) -> Bool {
    precondition(
      values.values.count == second.values.count && gradients.values.count == second.values.count,
      "Adam for \(second.values.count) numbers was given \(values.values.count) and \(gradients.values.count)")
    precondition(
      average.map { $0.numbers.values.count == second.values.count } ?? true, "an average of another layout")
    precondition(
      taken.map { $0.values.count == second.values.count } ?? true, "a recording of gradients of another layout")
    precondition(pool.threads <= scratch.workers, "Adam for \(scratch.workers) threads ran on \(pool.threads)")
    updates += 1
    let correction1 = 1 - power(settings.beta1, updates)
    let correction2 = 1 - power(settings.beta2, updates)
    let coefficients = AdamCoefficients(
      beta1: Scalar(settings.beta1), rest1: Scalar(1 - settings.beta1), beta2: Scalar(settings.beta2),
      rest2: Scalar(1 - settings.beta2), rate: Scalar(learningRate / correction1),
      rootFactor: Scalar(1 / correction2.squareRoot()), epsilon: Scalar(settings.epsilon))
    faults.update(repeating: false)
    corrections.withUnsafeBufferPointer { corrections in
      let sweep = GradientSweep(gradients.values, corrections, scratch)
      adamSweep(
        values: values.values, sweep, first: first.values, second: second.values, coefficients: coefficients,
        average: average.map { AverageSweep($0) }, taken: taken?.values.baseAddress, faults: faults, pool: pool)
      sweep.checkThatAllWereUsed()
    }
    return !faults.contains(true)
  }

  /// The Euclidean length of a gradient, as the next update will take it.
  ///
  /// - Parameters:
  ///   - gradients: The gradients, in the parameters' layout.
  ///   - corrections: What they still lack, in the order of their places.
  /// - Returns: The length; the same bits for any number of threads.
  public func gradientNorm(_ gradients: Arena<Scalar>, corrections: [SpectralNormGradient<Scalar>]) -> Double {
    corrections.withUnsafeBufferPointer { corrections in
      var sum = 0.0
      let sweep = GradientSweep(gradients.values, corrections, scratch)
      sweep.forEachPart(of: 0..<gradients.values.count, 0) { range, g, start in
        let part = Tensor(UnsafeMutablePointer(mutating: g + (range.lowerBound - start)), Shape(range.count))
        sum += innerProduct(part, part)
      }
      sweep.checkThatAllWereUsed()
      return sum.squareRoot()
    }
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
struct AdamCoefficients<Scalar: TensorScalar>: Sendable {
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
func adamSweep<Scalar: KernelScalar>(
  values: UnsafeMutableBufferPointer<Scalar>, _ gradients: GradientSweep<Scalar>,
  first: UnsafeMutableBufferPointer<Scalar>, second: UnsafeMutableBufferPointer<Scalar>,
  coefficients k: AdamCoefficients<Scalar>, average: AverageSweep<Scalar>?, taken: UnsafeMutablePointer<Scalar>?,
  faults: UnsafeMutableBufferPointer<Bool>, pool: WorkerPool
) {
  guard let w = values.baseAddress, let v = second.baseAddress else { return }
  let m = first.count == values.count ? first.baseAddress : nil
  let shared = Shared((w: w, m: m, v: v, taken: taken, faults: faults))
  forEachSweepBlock(of: values.count, pool: pool) { block, worker in
    let (w, m, v, taken, faults) = shared.pointer
    gradients.forEachPart(of: block, worker) { range, g, start in
      if let m {
        for i in range {
          let gradient = g[i &- start]
          m[i] = k.beta1 * m[i] + k.rest1 * gradient
          v[i] = k.beta2 * v[i] + k.rest2 * (gradient * gradient)
          w[i] -= k.rate * m[i] / (v[i].squareRoot() * k.rootFactor + k.epsilon)
        }
      } else {
        for i in range {
          let gradient = g[i &- start]
          v[i] = k.beta2 * v[i] + k.rest2 * (gradient * gradient)
          w[i] -= k.rate * gradient / (v[i].squareRoot() * k.rootFactor + k.epsilon)
        }
      }
      if let taken { for i in range { taken[i] = g[i &- start] } }
    }
    // The block is still in the caches.
    if !areFinite(w + block.lowerBound, count: block.count) { faults[worker] = true }
    average?.follow(w, block)
  }
}

/// Runs `body` for each block of a sweep over an arena.
@inline(__always)
func forEachSweepBlock(of count: Int, pool: WorkerPool, _ body: @Sendable (Range<Int>, _ worker: Int) -> Void) {
  // A block of an arena, or of several at once, stays in the second cache.
  let size = 32768
  pool.run((count &+ size &- 1) / size) { block, worker in
    body(block &* size..<min((block &+ 1) &* size, count), worker)
  }
}
