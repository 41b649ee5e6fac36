package import Tensors

#if canImport(Glibc)
  internal import Glibc
#endif

/// What the Inception Score needs of the class probabilities p of some samples: their number, Σ p, and Σ Σ_c p_c log p_c.
package struct PredictionSums: Sendable, Equatable, TreeAddable {
  /// Samples of a block, of which each is summed in order.
  package static let blockRows = 512

  /// Number of samples.
  package private(set) var count = 0
  /// Σ p, one number for each class.
  package private(set) var probabilities: [Double]
  /// Σ Σ_c p_c log p_c, not positive.
  package private(set) var negativeEntropy = 0.0

  /// The sums of no samples.
  package init(classes: Int) { probabilities = [Double](repeating: 0, count: classes) }

  /// Adds the sums of samples that come later.
  package mutating func add(_ later: PredictionSums) {
    precondition(later.probabilities.count == probabilities.count, "sums over different classes")
    count += later.count
    for c in probabilities.indices { probabilities[c] += later.probabilities[c] }
    negativeEntropy += later.negativeEntropy
  }

  /// The sums of some rows of a matrix of logits, in blocks that are added along the canonical tree.
  ///
  /// - Parameters:
  ///   - logits: `[n, classes]`.
  ///   - rows: Which rows, in which order.
  package init(of logits: Tensor<Float>, rows: some RandomAccessCollection<Int>) {
    let classes = logits.shape[1]
    let blocks = (rows.count + Self.blockRows - 1) / Self.blockRows
    var tree = TreeSum<PredictionSums>(of: blocks)
    var rest = rows[...]
    for _ in 0..<blocks {
      var sums = PredictionSums(classes: classes)
      for row in rest.prefix(Self.blockRows) {
        precondition(row >= 0 && row < logits.shape[0], "row \(row) of logits \(logits.shape)")
        sums.addSample(logits.base + row * classes)
      }
      tree.add(sums)
      rest = rest.dropFirst(Self.blockRows)
    }
    self = tree.total ?? PredictionSums(classes: classes)
  }

  /// Adds softmax of one sample's logits: log p = l − max − log Σ exp(l − max).
  private mutating func addSample(_ logits: UnsafePointer<Float>) {
    let classes = probabilities.count
    var (largest, total) = (-Double.infinity, 0.0)
    for c in 0..<classes { largest = max(largest, Double(logits[c])) }
    for c in 0..<classes { total += exp(Double(logits[c]) - largest) }
    let logarithm = log(total)
    for c in 0..<classes {
      let logP = Double(logits[c]) - largest - logarithm
      let p = exp(logP)
      probabilities[c] += p
      // A class that is next to impossible adds nothing: p log p goes to 0 with p.
      if p > 0 { negativeEntropy += p * logP }
    }
    count += 1
  }

  /// exp of the mean divergence of p from its mean q: exp( (Σ Σ p log p)/N − Σ q log q ); 1 for no samples.
  package var score: Double {
    guard count > 0 else { return 1 }
    let n = Double(count)
    var exponent = negativeEntropy / n
    for sum in probabilities where sum > 0 { exponent -= sum / n * log(sum / n) }
    return exp(exponent)
  }

  /// The sums without some of them.
  package func without(_ part: PredictionSums) -> PredictionSums {
    precondition(part.count <= count, "\(part.count) samples left out of \(count)")
    var rest = self
    rest.count -= part.count
    for c in probabilities.indices { rest.probabilities[c] = max(rest.probabilities[c] - part.probabilities[c], 0) }
    rest.negativeEntropy -= part.negativeEntropy
    return rest
  }

  /// The sums as numbers, for messages and files.
  package var encoded: [Double] { [Double(count), negativeEntropy] + probabilities }

  /// Reads sums back.
  ///
  /// - Parameters:
  ///   - numbers: What `encoded` returned.
  ///   - classes: Number of classes.
  /// - Throws: What is wrong with the numbers.
  package init(decoding numbers: some RandomAccessCollection<Double>, classes: Int) throws(StatisticsProblem) {
    let numbers = Array(numbers)
    guard numbers.count == 2 + classes else { throw .size(found: numbers.count, expected: 2 + classes) }
    guard numbers[0] >= 0, numbers[0] <= 0x1p53, numbers[0] == numbers[0].rounded() else { throw .count(numbers[0]) }
    guard numbers[1].isFinite else { throw .notFinite(place: "the entropy") }
    for c in 0..<classes where !(numbers[2 + c] >= 0 && numbers[2 + c] <= numbers[0] * (1 + 1e-9)) {
      throw .impossibleSums(index: c)
    }
    (count, negativeEntropy, probabilities) = (Int(numbers[0]), numbers[1], Array(numbers[2...]))
  }

  /// Whether all logits were finite.
  package var isFinite: Bool { negativeEntropy.isFinite && probabilities.allSatisfy(\.isFinite) }
}
