import DataParallel
import MPI

/// Element `index` of rank `rank`: small whole numbers that every type holds.
private func element<Scalar: MPIScalar & Numeric>(_ index: Int, of rank: Int) -> Scalar {
  Scalar(exactly: (index % 9) + 3 * rank) ?? 0
}

private func elements<Scalar: MPIScalar & Numeric>(_ count: Int, of rank: Int) -> [Scalar] {
  (0..<count).map { element($0, of: rank) }
}

/// Every collective, for one type, empty and with odd sizes below and above what fits into one packet.
private func checkCollectives<Scalar: MPIScalar & Numeric & Comparable>(
  _ type: Scalar.Type, of world: Communicator
) throws {
  for count in [0, 1, 7, 1023, 100_003] {
    let mine: [Scalar] = elements(count, of: world.rank)
    let ranks = 0..<world.size

    for root in ranks {
      var copy = mine
      try copy.withUnsafeMutableBufferPointer { try world.broadcast($0, from: root) }
      try expectEqual(copy, elements(count, of: root), "\(type) broadcast from \(root)")

      var whole = [Scalar](repeating: 0, count: world.rank == root ? count * world.size : 0)
      try mine.withUnsafeBufferPointer { part in
        try whole.withUnsafeMutableBufferPointer { try world.gather(part, into: $0, at: root) }
      }
      if world.rank == root {
        try expectEqual(whole, ranks.flatMap { elements(count, of: $0) as [Scalar] }, "\(type) gathered at \(root)")
      }
    }

    let reductions: [(ReductionOperation, (Scalar, Scalar) -> Scalar)] = [(.sum, +), (.minimum, min), (.maximum, max)]
    for (operation, join) in reductions {
      var result = mine
      try result.withUnsafeMutableBufferPointer { try world.allReduce($0, operation) }
      let expected = (0..<count).map { index in
        ranks.dropFirst().reduce(element(index, of: 0) as Scalar) { join($0, element(index, of: $1)) }
      }
      try expectEqual(result, expected, "\(type) \(operation)")
    }
  }
}

/// Each rank passes its elements to the next.
private func checkRing(of world: Communicator) throws {
  guard world.size > 1 else { return }
  let next = (world.rank + 1) % world.size
  let previous = (world.rank + world.size - 1) % world.size
  let messages = PendingMessages(capacity: 2)
  for count in [0, 1, 100_003] {
    let mine: [Int64] = elements(count, of: world.rank)
    var received = [Int64](repeating: -1, count: count)
    try mine.withUnsafeBufferPointer { mine in
      try received.withUnsafeMutableBufferPointer { received in
        try messages.receive(received, from: previous, tag: 5, over: world)
        try messages.send(mine, to: next, tag: 5, over: world)
        while try !messages.areComplete() {}
      }
    }
    try expectEqual(received, elements(count, of: previous), "\(count) elements from \(previous)")
  }
}

extension Check {
  /// The MPI calls themselves.
  static func collectives(of world: Communicator) -> [Check] {
    [
      Check(name: "collectives of Float") { _ in try checkCollectives(Float.self, of: world) },
      Check(name: "collectives of Double") { _ in try checkCollectives(Double.self, of: world) },
      Check(name: "collectives of Int32") { _ in try checkCollectives(Int32.self, of: world) },
      Check(name: "collectives of Int64") { _ in try checkCollectives(Int64.self, of: world) },
      Check(name: "collectives of UInt8") { _ in try checkCollectives(UInt8.self, of: world) },
      Check(name: "a barrier lets all ranks go on") { _ in try world.barrier() },
      Check(name: "messages travel around a ring") { _ in try checkRing(of: world) },
      Check(name: "a broadcast of more than one message") { _ in
        let bytes = (0..<2 * Communicator.broadcastChunk + 3).map { UInt8(truncatingIfNeeded: $0 >> 12 &+ $0) }
        var copy = world.isRoot ? bytes : [UInt8](repeating: 0, count: bytes.count)
        try copy.withUnsafeMutableBytes { try world.broadcast($0) }
        try expectEqual(copy, bytes, "byte")
      },
      Check(name: "a duplicate has the same ranks") { _ in
        let copy = try world.duplicate()
        try expect(copy.rank == world.rank && copy.size == world.size, "rank \(copy.rank) of \(copy.size)")
        try copy.barrier()
      },
      Check(name: "the library reports errors") { _ in
        do {
          var one: [Float] = [1]
          try one.withUnsafeMutableBufferPointer { try world.broadcast($0, from: world.size) }
        } catch let error as MPIError {
          try expect(error.description.hasPrefix("MPI_Bcast failed: MPI_ERR_ROOT"), error.description)
          return
        }
        throw CheckFailure(description: "a broadcast from rank \(world.size) of \(world.size) succeeded")
      },
    ]
  }
}
