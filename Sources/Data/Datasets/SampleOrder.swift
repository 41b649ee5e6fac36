internal import Tensors

/// The order in which a run sees the images of a data set.
///
/// The n-th real image of a run is image perm(seed, n div N)[n mod N], n counted over all discriminator updates, so the
/// order is a pure function of the seed: it does not depend on batch size, shards or ranks, and a resumed run needs to
/// know nothing but n. Each epoch shows every image once.
public struct SampleOrder: Sendable {
  /// Memory that the order of a data set takes for each of its images.
  static let bytesPerImage = 2 * MemoryLayout<UInt32>.stride

  /// Number of images.
  public let count: Int
  private let seed: UInt64
  // A batch may straddle two epochs, so two permutations are kept, the even epochs' and the odd ones'.
  private var permutations: [[UInt32]]
  private var epochs = [-1, -1]

  /// The order of `count` images; its memory is allocated here and never again.
  public init(seed: UInt64, count: Int) {
    precondition(count > 0 && count <= Int(UInt32.max), "the order of \(count) images")
    self.seed = seed
    self.count = count
    permutations = [[UInt32](repeating: 0, count: count), [UInt32](repeating: 0, count: count)]
  }

  /// The index in the data set of the n-th image of the run.
  public mutating func index(ofSample n: Int) -> Int {
    precondition(n >= 0, "sample \(n)")
    let (epoch, position) = n.quotientAndRemainder(dividingBy: count)
    let slot = epoch & 1
    if epochs[slot] != epoch {
      Self.shuffle(&permutations[slot], seed, epoch)
      epochs[slot] = epoch
    }
    return Int(permutations[slot][position])
  }

  /// Fisher and Yates's shuffle, from the last position down.
  ///
  /// Static, because a copy of `self` would share the array and make writing to it allocate.
  private static func shuffle(_ permutation: inout [UInt32], _ seed: UInt64, _ epoch: Int) {
    var stream = RandomStream(seed: seed, purpose: .order, update: UInt32(truncatingIfNeeded: epoch))
    for position in permutation.indices { permutation[position] = UInt32(position) }
    for position in stride(from: permutation.count - 1, to: 0, by: -1) {
      permutation.swapAt(position, stream.index(below: position + 1))
    }
  }
}
