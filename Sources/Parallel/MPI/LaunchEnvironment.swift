/// What a launcher such as `mpirun` says in environment variables, before and without MPI's initialisation.
///
/// Without a launcher the program runs as one rank and never starts MPI. After initialisation the communicator is the
/// authority on ranks; these values only help to stay silent on all ranks but one, or to choose, before that.
public struct LaunchEnvironment: Hashable, Sendable {
  /// This process's number among all that the launcher started.
  public let rank: Int
  /// The number of processes, where the launcher tells.
  public let size: Int?

  /// Whether this process is the one that speaks for all.
  public var isRoot: Bool { rank == 0 }

  /// Reads the variables of a process; nil if no launcher started it.
  ///
  /// Open MPI's `mpirun` sets `OMPI_COMM_WORLD_*`; Slurm's `srun` sets `PMIX_RANK` or `PMI_RANK` for programs that speak
  /// MPI, and its own `SLURM_*` always, even in a shell without ranks: those count only beside the former.
  public init?(_ variables: [String: String]) {
    func number(_ names: String...) -> Int? {
      names.lazy.compactMap { variables[$0].flatMap { Int($0) } }.first { $0 >= 0 }
    }
    guard let rank = number("OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK") else { return nil }
    self.rank = rank
    size = number("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS", "SLURM_NTASKS")
  }
}
