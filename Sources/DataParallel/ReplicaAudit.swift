internal import MPI

/// Checks that replicas are what the name says.
extension ReplicaGroup {
  /// The ranks whose fingerprint of something that all should share differs from root's; empty if all agree.
  ///
  /// - Parameter digest: This rank's fingerprint, for instance a hash of its parameters; equally long on all ranks.
  /// - Returns: The ranks that differ, in order, the same on every rank.
  public func mismatch(of digest: [UInt8]) -> [Int] {
    var digest = digest
    var all = [UInt8](repeating: 0, count: isRoot ? size * digest.count : 0)
    var differs = [UInt8](repeating: 0, count: size)
    exchange(on: .control) { communicator, _ throws(MPIError) in
      try digest.withUnsafeMutableBufferPointer { mine throws(MPIError) in
        try all.withUnsafeMutableBufferPointer { all throws(MPIError) in
          try communicator.gather(UnsafeBufferPointer(mine), into: all)
        }
      }
      if communicator.isRoot {
        for rank in 0..<size where !all[rank * digest.count..<(rank + 1) * digest.count].elementsEqual(digest) {
          differs[rank] = 1
        }
      }
      try differs.withUnsafeMutableBufferPointer { flags throws(MPIError) in try communicator.broadcast(flags) }
    }
    return differs.indices.filter { differs[$0] != 0 }
  }
}
