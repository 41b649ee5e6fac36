import Trainer
import DataParallel
import MPI
import Configuration

/// Numbers of which no two orders of addition give the same sum: each is a fraction times a power of two at random.
private func term<Scalar: MPIScalar & BinaryFloatingPoint>(_ index: Int, of rank: Int) -> Scalar {
  // The finaliser of SplitMix64 over a number for (rank, index).
  var bits = UInt64(truncatingIfNeeded: rank &* 0x1_0000_0001 &+ index &+ 1) &* 0x9E37_79B9_7F4A_7C15
  bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
  bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
  bits ^= bits >> 31
  let fraction = Scalar(Int64(bitPattern: bits) >> 8) / Scalar(1 << 55)
  return fraction * Scalar(sign: .plus, exponent: Scalar.Exponent(bits & 7), significand: 1)
}

/// One element's sum over `ranks`, by the definition: a range splits at the largest power of two below its length.
private func treeSum<Scalar: FloatingPoint>(_ ranks: Range<Int>, _ term: (Int) -> Scalar) -> Scalar {
  if ranks.count == 1 { return term(ranks.lowerBound) }
  var left = 1
  while left * 2 < ranks.count { left *= 2 }
  let middle = ranks.lowerBound + left
  return treeSum(ranks.lowerBound..<middle, term) + treeSum(middle..<ranks.upperBound, term)
}

private func checkSum<Scalar: MPIScalar & BinaryFloatingPoint>(
  of count: Int, _ type: Scalar.Type, in replicas: ReplicaGroup, isExact: Bool
) throws {
  let expected = (0..<count).map { index in treeSum(0..<replicas.size) { term(index, of: $0) as Scalar } }
  if count >= 1023 && replicas.size > 2 {
    let backwards = (0..<count).map { index in
      (0..<replicas.size).reversed().reduce(Scalar.zero) { $0 + term(index, of: $1) }
    }
    try expect(backwards != expected, "these terms cannot tell one order of addition from another")
  }
  for channel in [.control] + ReplicaGroup.Channel.training {
    var found = (0..<count).map { term($0, of: replicas.rank) as Scalar }
    found.withUnsafeMutableBufferPointer { replicas.sum($0, on: channel) }
    if !isExact {
      // Any order of additions: within a rounding of each.
      for i in 0..<count {
        let total = (0..<replicas.size).reduce(Scalar.zero) { $0 + abs(term(i, of: $1)) }
        let bound = Scalar(replicas.size) * Scalar.ulpOfOne * total
        if abs(found[i] - expected[i]) <= bound { found[i] = expected[i] }
      }
    }
    try expectEqual(found, expected, "\(Scalar.self) sum on \(channel.exchange)")
  }
}

/// Parts of a buffer, in another order than they lie in, the smallest too small to be summed before the end.
private let parts = [700_000..<800_000, 800_000..<1_048_583, 3..<70_000, 200_001..<700_000, 70_003..<70_007]

/// Writes a buffer part by part, while what was written before is being summed.
private func checkOverlappedSum<Scalar: MPIScalar & BinaryFloatingPoint>(
  _ type: Scalar.Type, in replicas: ReplicaGroup, _ overlap: Overlap
) throws {
  let count = (1 << 20) + 7
  let expected = (0..<count).map { index in treeSum(0..<replicas.size) { term(index, of: $0) as Scalar } }
  for channel in [ReplicaGroup.Channel.generator, .discriminator] {
    var found = [Scalar](repeating: .nan, count: count)
    found.withUnsafeMutableBufferPointer { buffer in
      let sum = replicas.beginSum(buffer, on: channel, overlap: overlap)
      for part in parts {
        for index in part { buffer[index] = term(index, of: replicas.rank) }
        sum.markReady(part)
        // Layers that share moments do so meanwhile.
        var moment: [Scalar] = [1]
        moment.withUnsafeMutableBufferPointer { replicas.sum($0, on: .moments) }
        precondition(moment[0] == Scalar(replicas.size))
      }
      for index in 0..<count where !parts.contains(where: { $0.contains(index) }) {
        buffer[index] = term(index, of: replicas.rank)
      }
      sum.finish()
    }
    try expectEqual(found, expected, "overlapped \(Scalar.self) sum on \(channel.exchange)")
  }
}

extension Check {
  /// Sums that begin before their buffers are whole.
  private static func overlappedSums(over world: Communicator) throws(MPIError) -> [Check] {
    var result: [Check] = []
    for overlap in Overlap.allCases {
      // Ranks of one host sum in one lane; those of several hosts cut buffers as the second group does.
      for (name, replicas) in [
        ("", try ReplicaGroup(world)),
        (" over a network", try ReplicaGroup(world).summing(inSlicesOf: 1 << 18, lanes: 4)),
      ] {
        result += [
          Check(name: "overlapped sum of floats\(name), \(overlap)") { _ in
            try checkOverlappedSum(Float.self, in: replicas, overlap)
          },
          Check(name: "overlapped sum of doubles\(name), \(overlap)") { _ in
            try checkOverlappedSum(Double.self, in: replicas, overlap)
          },
        ]
      }
    }
    return result
  }

  /// Sums over ranks by each algorithm have the bits that the canonical tree gives them, where that is promised.
  static func sums(over world: Communicator) throws(MPIError) -> [Check] {
    var result: [Check] = []
    for algorithm in ReductionAlgorithm.allCases {
      let replicas = try ReplicaGroup(world, reduction: algorithm)
      let isExact = algorithm != .mpi
      // Nothing, one element, whole messages and pieces of all sizes, and several slices.
      for count in [0, 1, 2, 3, 7, 1023, 1024, 1031, 262_144, (1 << 20) + 7] {
        result += [
          Check(name: "\(algorithm) sum of \(count) floats") { _ in
            try checkSum(of: count, Float.self, in: replicas, isExact: isExact)
          },
          Check(name: "\(algorithm) sum of \(count) doubles") { _ in
            try checkSum(of: count, Double.self, in: replicas, isExact: isExact)
          },
        ]
      }
    }
    let sliced = try ReplicaGroup(world).summing(inSlicesOf: 1 << 18, lanes: 4)
    for count in [7, 1 << 16, (1 << 16) + 1, 262_144, (1 << 20) + 7] {
      result += [
        Check(name: "sum of \(count) floats over a network") { _ in
          try checkSum(of: count, Float.self, in: sliced, isExact: true)
        },
        Check(name: "sum of \(count) doubles over a network") { _ in
          try checkSum(of: count, Double.self, in: sliced, isExact: true)
        },
      ]
    }
    return result + (try overlappedSums(over: world))
  }
}
