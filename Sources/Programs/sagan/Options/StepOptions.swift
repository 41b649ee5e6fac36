public import ArgumentParser
public import DataParallel

extension ReductionAlgorithm: ExpressibleByArgument {}

/// `--overlap`: when sums of gradients are taken.
enum OverlapChoice: String, CaseIterable, ExpressibleByArgument {
  case auto, none, polling, thread

  /// The choice; nil where it is left to the launch.
  var overlap: Overlap? { Overlap(rawValue: rawValue) }
}

/// How the commands that make steps share them out and sum over ranks.
struct StepOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Shards of a rank that go through the networks together, a power of two (default: all). Fewer need less memory; the \
      result is the same to the bit.
      """, valueName: "K"), transform: Int.reading)
  var shardsAtOnce: Int?

  @Option(
    help: ArgumentHelp(
      """
      How sums over ranks are taken. canonical: by pairs of ranks along the canonical tree; mpi: by MPI_Allreduce, whose \
      bits depend on the number of ranks; gather: along the tree on rank 0.
      """))
  var reduction = ReductionAlgorithm.canonical

  @Option(
    help: ArgumentHelp(
      """
      When gradients are summed over ranks. none: after each backward pass; polling: during it, by the thread that computes; \
      thread: during it, by a thread that sleeps between messages; auto: as suits the hosts. The result is the same to the \
      bit. Only canonical sums can be taken early.
      """))
  var overlap = OverlapChoice.auto
}
