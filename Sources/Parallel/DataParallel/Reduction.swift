internal import MPI

/// How sums over ranks are taken.
public enum ReductionAlgorithm: String, Hashable, Sendable, CaseIterable {
  /// Along the canonical tree, by halving and doubling: the same bits on any number of ranks.
  case canonical
  /// As the library likes: `MPI_Allreduce`. Bits depend on the number of ranks, and perhaps on the run.
  case mpi
  /// Along the canonical tree, on rank 0 alone: the plain way, and the oracle of the first.
  case gather
}

/// The algorithm of a channel with its memory, which is allocated once.
enum Reduction {
  case canonical(CanonicalReduction)
  case mpi
  case gather(GatherReduction)

  init(_ algorithm: ReductionAlgorithm, over communicator: Communicator, _ cut: CanonicalReduction.Cut) {
    switch algorithm {
    case .canonical: self = .canonical(CanonicalReduction(over: communicator, cut))
    case .mpi: self = .mpi
    case .gather: self = .gather(GatherReduction(ranks: communicator.size, isRoot: communicator.isRoot))
    }
  }

  /// Replaces `buffer` on every rank of `communicator`, that of the beginning, by its sum over ranks.
  func sum<Scalar: MPIScalar & FloatingPoint>(
    _ buffer: UnsafeMutableBufferPointer<Scalar>, over communicator: Communicator
  ) throws(MPIError) {
    switch self {
    case .canonical(let reduction): try reduction.sum(buffer)
    case .mpi: try communicator.allReduce(buffer, .sum)
    case .gather(let reduction): try reduction.sum(buffer, over: communicator)
    }
  }
}
