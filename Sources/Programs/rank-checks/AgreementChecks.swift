import DataParallel

private struct Broken: Error, Equatable {
  let rank: Int
}

/// Lets the ranks in `failing` fail and checks what each rank throws.
private func checkFailure(of failing: Set<Int>, in replicas: ReplicaGroup) throws {
  guard let lowest = failing.min() else { return }
  do {
    try replicas.agree { if failing.contains(replicas.rank) { throw Broken(rank: replicas.rank) } }
  } catch let own as Broken {
    try expect(replicas.rank == lowest && own.rank == lowest, "rank \(replicas.rank) threw \(own)")
    return
  } catch let elsewhere as RemoteFailureError {
    try expect(replicas.rank != lowest, "the lowest failing rank threw \(elsewhere)")
    try expect(elsewhere.rank == lowest, "\(elsewhere) instead of \(lowest)")
    return
  }
  throw CheckFailure(description: "rank \(replicas.rank) went on although \(failing.sorted()) failed")
}

extension Check {
  /// If one rank fails, all ranks fail.
  static var agreements: [Check] {
    [
      Check(name: "ranks that all succeed agree") { replicas in
        let value = try replicas.agree { replicas.rank * 7 }
        try expect(value == replicas.rank * 7, "agree returned \(value)")
      },
      Check(name: "a failure of one rank is a failure of all") { replicas in
        for rank in 0..<replicas.size { try checkFailure(of: [rank], in: replicas) }
      },
      Check(name: "of several failing ranks the lowest reports") { replicas in
        for first in 0..<replicas.size { try checkFailure(of: Set(first..<replicas.size), in: replicas) }
      },
      Check(name: "work goes on after a failed agreement") { replicas in
        try checkFailure(of: [0], in: replicas)
        try expect(try replicas.agree { true }, "agree returned false")
      },
    ]
  }
}
