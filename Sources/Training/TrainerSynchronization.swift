internal import DataParallel
internal import Formats
internal import Layers
internal import Networks
internal import Optimizers
internal import Tensors

/// Replicas that should be equal and are not.
///
/// Exit code 70, an internal error.
public struct ReplicaMismatch: Error, CustomStringConvertible, Sendable {
  /// The ranks that differ from rank 0.
  public let ranks: [Int]

  /// The sentence that the user reads.
  public var description: String {
    "the networks of rank \(ranks.map(String.init).joined(separator: ", ")) differ from those of rank 0 after the "
      + "initial broadcast; expected the same bits everywhere: check that all ranks run the same program"
  }
}

extension Trainer {
  /// Gives every rank the numbers of rank 0, and checks that they arrived.
  ///
  /// - Throws: `ReplicaMismatch`, on every rank.
  public func synchronize() throws(ReplicaMismatch) {
    let fingerprint = Fingerprint()
    var counters = [Int64(step), Int64(generatorAdam.updates), Int64(discriminatorAdam.updates)]
    counters.withUnsafeMutableBytes { replicas.broadcast($0, on: .control) }
    restore(
      step: Int(counters[0]), generatorUpdates: Int(counters[1]), discriminatorUpdates: Int(counters[2]))
    for counter in counters { fingerprint.update(Int(counter)) }
    for arena in arenas {
      replicas.broadcast(UnsafeMutableRawBufferPointer(arena.values), on: .control)
      fingerprint.update(UnsafeRawBufferPointer(arena.values))
    }
    let ranks = replicas.mismatch(of: Array(fingerprint.hexadecimal.utf8))
    if !ranks.isEmpty { throw ReplicaMismatch(ranks: ranks) }
  }
}
