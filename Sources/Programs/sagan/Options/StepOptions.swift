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
      Shards of a rank that go through the networks together, a power of two (default: all). Fewer take less memory and \
      change no bit.
      """, valueName: "K"), transform: Int.reading)
  var shardsAtOnce: Int?

  @Option(
    help: ArgumentHelp(
      """
      How sums over ranks are taken: by pairs of ranks along the canonical tree; by MPI_Allreduce, whose bits depend on \
      the number of ranks; or along the tree on rank 0.
      """))
  var reduction = ReductionAlgorithm.canonical

  @Option(
    help: ArgumentHelp(
      """
      When gradients are summed: after each backward pass (none), or during it, by the thread that computes (polling) or \
      by one that sleeps between messages (thread). It changes no bit; auto takes what suits the hosts. Sums other than \
      canonical are always taken afterwards.
      """))
  var overlap = OverlapChoice.auto
}
