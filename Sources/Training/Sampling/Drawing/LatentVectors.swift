internal import Tensors

/// Latent vectors as functions of seed, purpose, index and number, normal or truncated.
struct LatentVectors: Sendable {
  let seed: UInt64
  /// The largest absolute value of a component; none where `nil`.
  let truncation: Double?

  /// Writes a vector.
  ///
  /// Truncation draws components beyond the bound again, from what follows in the same stream, as often as it takes (Brock,
  /// Donahue and Simonyan 2019): those that lie within keep the values that they have without it.
  ///
  /// - Parameters:
  ///   - row: Receives it.
  ///   - purpose: What it is for.
  ///   - index: The class, or another index.
  ///   - number: The number of the sample with this index.
  func fill(_ row: Tensor<Float>, _ purpose: RandomStream.Purpose, _ index: Int, _ number: Int) {
    var stream = RandomStream(seed: seed, purpose: purpose, update: UInt32(index), sample: UInt32(number))
    stream.fillNormal(row)
    guard let truncation else { return }
    for place in 0..<row.count {
      while Double(abs(row.base[place])) > truncation { row.base[place] = Float(stream.normal()) }
    }
  }
}
