public import ArgumentParser
public import DataParallel

extension ReductionAlgorithm: ExpressibleByArgument {}

/// `--reduction` of the commands that sum over ranks.
struct ReductionOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      How sums over ranks are taken: by pairs of ranks along the canonical tree; by MPI_Allreduce, whose bits depend on \
      the number of ranks; or along the tree on rank 0.
      """))
  var reduction = ReductionAlgorithm.canonical
}
