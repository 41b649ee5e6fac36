internal import Tensors

/// How attention over a square map is spread: the entropy of its weights, and how far they reach.
///
/// Keys are those of the map pooled 2 × 2: key (i, j) lies in the middle of four queries, at (2i + ½, 2j + ½).
public struct AttentionSpread: Sendable {
  /// The mean over some queries, or a sum of such means.
  public struct Measures: BitwiseCopyable, Equatable, Sendable {
    /// −Σ a ln a, in nats: 0 where one key has all the weight, ln K where K keys have equal weights.
    public var entropy = 0.0
    /// Σ a · distance between query and key, in sides of the map: 0.52 where all keys have equal weights.
    public var distance = 0.0

    /// Measures.
    public init(entropy: Double = 0, distance: Double = 0) { (self.entropy, self.distance) = (entropy, distance) }

    /// Sums of both.
    public static func += (sum: inout Measures, summand: Measures) {
      sum.entropy += summand.entropy
      sum.distance += summand.distance
    }
  }

  private let side: Int
  /// Distances by how many half-steps, less one, lie between query and key downwards and across.
  private let distances: [Float]

  /// The spread of attention over a map of `side` × `side`.
  public init(side: Int) {
    precondition(side > 0 && side.isMultiple(of: 2), "attention over a map of \(side) × \(side)")
    self.side = side
    distances = (0..<side * side).map { place in
      let (down, across) = (Double(place / side) + 0.5, Double(place % side) + 0.5)
      return Float((down * down + across * across).squareRoot() / Double(side))
    }
  }

  /// What the weights of some queries add to the mean over all queries of an image.
  ///
  /// - Parameters:
  ///   - weights: `[queries, keys]`, each row a softmax.
  ///   - queries: Which queries, row by row of the map.
  /// - Returns: Their part of the mean.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func part<Scalar: KernelScalar>(of weights: UnsafePointer<Scalar>, _ queries: Range<Int>) -> Measures {
    let pooled = side / 2
    var sum = Measures()
    for query in queries {
      let (y, x) = (query / side, query % side)
      let row = weights + (query - queries.lowerBound) * pooled * pooled
      var (entropy, distance) = (Scalar.zero, Scalar.zero)
      for i in 0..<pooled {
        let line = Self.halfSteps(y, i) * side
        for j in 0..<pooled {
          let weight = row[i * pooled + j]
          // 0 · ln 0 is 0 here.
          if weight > 0 { entropy -= weight * Scalar.logarithm(weight) }
          distance += weight * Scalar(distances[line + Self.halfSteps(x, j)])
        }
      }
      sum.entropy += Double(entropy)
      sum.distance += Double(distance)
    }
    let count = Double(side * side)
    sum.entropy /= count
    sum.distance /= count
    return sum
  }

  /// |query − (2 key + ½)| is this and a half.
  @inline(__always)
  private static func halfSteps(_ query: Int, _ key: Int) -> Int {
    let steps = query &- 2 &* key
    return steps > 0 ? steps &- 1 : -steps
  }
}
