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
    // Where all agree, as they should, nothing is sent that grows with the ranks.
    var ranks: [Int32] = []
    var count: Int32 = 0
    exchange(on: .control) { communicator, _ throws(MPIError) in
      try digest.withUnsafeMutableBufferPointer { mine throws(MPIError) in
        try all.withUnsafeMutableBufferPointer { all throws(MPIError) in
          try communicator.gather(UnsafeBufferPointer(mine), into: all)
        }
      }
      if communicator.isRoot {
        ranks = (0..<size).filter { !all[$0 * digest.count..<($0 + 1) * digest.count].elementsEqual(digest) }
          .map(Int32.init)
        count = Int32(ranks.count)
      }
      try withUnsafeMutablePointer(to: &count) { count throws(MPIError) in
        try communicator.broadcast(UnsafeMutableBufferPointer(start: count, count: 1))
      }
      guard count > 0 else { return }
      if !communicator.isRoot { ranks = [Int32](repeating: 0, count: Int(count)) }
      try ranks.withUnsafeMutableBufferPointer { ranks throws(MPIError) in try communicator.broadcast(ranks) }
    }
    return ranks.map(Int.init)
  }
}
