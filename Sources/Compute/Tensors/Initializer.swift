/// How a tensor of an arena starts.
public enum Initializer: Sendable, Equatable {
  /// Every element is this number.
  case constant(Double)
  /// Uniform within ±√(6 / (fanIn + fanOut)) (Glorot and Bengio 2010, equation 16).
  case xavierUniform(fanIn: Int, fanOut: Int)
  /// Normal with mean 0 and deviation 1.
  case normal
}

extension Arena {
  /// Sets every entry to its start, a pure function of `seed`, `purpose`, `owner` and the entry's place among the entries.
  ///
  /// Numbers are drawn in file order, so that an arena's axis order does not change which number is whose.
  public func initialize(seed: UInt64, purpose: RandomStream.Purpose, owner: RandomStream.Owner) {
    for (index, entry) in layout.entries.enumerated() {
      var stream = RandomStream(
        seed: seed, purpose: purpose, owner: owner, update: UInt32(index), sample: 0)
      let start = entry.range.lowerBound
      switch entry.initializer {
      case .constant(let value):
        entry.range.forEach { values[$0] = Scalar(value) }
      case .xavierUniform(let fanIn, let fanOut):
        let bound = (6 / Double(fanIn + fanOut)).squareRoot()
        entry.forEachInFileOrder { values[start + $1] = Scalar((2 * stream.uniform() - 1) * bound) }
      case .normal:
        entry.forEachInFileOrder { values[start + $1] = Scalar(stream.normal()) }
      }
    }
  }
}
