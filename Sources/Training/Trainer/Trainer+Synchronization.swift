internal import Files
internal import DataParallel
internal import Layers
internal import Networks
internal import Optimizers
internal import Tensors

extension Trainer {
  /// Gives every rank the numbers of rank 0, and checks that they arrived.
  ///
  /// - Throws: `ReplicaDivergenceError`, on rank 0.
  public func synchronize() throws(ReplicaDivergenceError) {
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
    if replicas.isRoot, !ranks.isEmpty { throw ReplicaDivergenceError(finding: .afterBroadcast(ranks: ranks)) }
  }
}
