/// What a launcher such as `mpirun` says in environment variables, before and without MPI's initialisation.
///
/// Without a launcher the program runs as one rank and never starts MPI. After initialisation the communicator is the
/// authority on ranks; these values only help to stay silent on all ranks but one, or to choose, before that, and to
/// notice a launcher whose processes MPI does not connect.
public struct LaunchEnvironment: Hashable, Sendable {
  /// The variable that tells the rank, for instance `PMI_RANK`.
  public let variable: String
  /// This process's number among all that the launcher started.
  public let rank: Int
  /// The number of processes, where the launcher tells.
  public let size: Int?
  /// Whether that number is surely the launcher's own, and not of an allocation around it.
  public let isSizeSure: Bool
  /// Whether the launcher offers what MPI needs to connect the processes.
  public let speaksMPI: Bool
  /// How many of the processes run on this host, as far as the launcher tells.
  public let localSize: Int

  /// Whether this process is the one that speaks for all.
  public var isRoot: Bool { rank == 0 }

  /// Reads the variables of a process; nil if no launcher started it, or one that started it alone and offers no MPI.
  ///
  /// Open MPI's `mpirun` sets `OMPI_COMM_WORLD_*`; `PMIX_RANK` or `PMI_RANK` come from Slurm's `srun` and others for programs
  /// that speak MPI. MVAPICH, PALS, Flux and JSM have names of their own. Slurm's `SLURM_*` are there even in a batch file
  /// without ranks: they count in a step alone, which `srun` makes and numbers.
  public init?(_ variables: [String: String]) {
    func number(_ names: String...) -> Int? {
      names.lazy.compactMap { variables[$0].flatMap { Int($0) } }.first { $0 >= 0 }
    }
    localSize = max(number("OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", "MV2_COMM_WORLD_LOCAL_SIZE") ?? 1, 1)
    // Steps of an allocation's own, such as its batch file, have numbers near 2³².
    let isStep = number("SLURM_STEP_ID", "SLURM_STEPID").map { $0 < 0xFFFF_FF00 } ?? false
    let stepSize = isStep ? number("SLURM_STEP_NUM_TASKS", "SLURM_NTASKS") : nil
    for (name, sizeName) in [
      ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"), ("PMIX_RANK", ""), ("PMI_RANK", "PMI_SIZE"),
    ] {
      guard let rank = number(name) else { continue }
      let sure = number(sizeName) ?? stepSize
      (variable, self.rank, speaksMPI, isSizeSure) = (name, rank, true, sure != nil)
      size = sure ?? number("PMI_SIZE", "SLURM_STEP_NUM_TASKS", "SLURM_NTASKS")
      return
    }
    for (name, size) in [
      ("MV2_COMM_WORLD_RANK", number("MV2_COMM_WORLD_SIZE")), ("PALS_RANKID", number("PALS_NRANKS", "PALS_SIZE")),
      ("FLUX_TASK_RANK", number("FLUX_JOB_SIZE")), ("JSM_NAMESPACE_RANK", number("JSM_NAMESPACE_SIZE")),
      ("SLURM_PROCID", stepSize),
    ] {
      guard let rank = number(name), rank > 0 || size ?? 1 > 1, name != "SLURM_PROCID" || isStep else { continue }
      (variable, self.rank, self.size, speaksMPI, isSizeSure) = (name, rank, size, false, size != nil)
      return
    }
    return nil
  }

  /// Whether MPI knows of the processes that the launcher has started.
  ///
  /// - Parameters:
  ///   - rank: This process's rank as MPI tells.
  ///   - size: The number of ranks as MPI tells.
  /// - Returns: False where MPI counts otherwise.
  public func agrees(rank: Int, size: Int) -> Bool {
    rank == self.rank && (!isSizeSure || self.size == nil || self.size == size)
  }
}
