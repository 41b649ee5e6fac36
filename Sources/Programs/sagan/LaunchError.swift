import Files
import MPI

/// A launcher whose processes MPI does not connect: each of them would be a run of its own.
///
/// Exit code 78.
struct LaunchError: ReportedError {
  /// EX_CONFIG.
  var exitCode: Int32 { 78 }
  /// The sentence that the user reads.
  let description: String

  /// The fault of a launcher that offers no MPI.
  init(_ environment: LaunchEnvironment) { self.init(environment, counted: "does not see") }

  /// The fault of a launcher whose count is not that of MPI; nil if the two agree.
  init?(_ environment: LaunchEnvironment, rank: Int, size: Int) {
    if environment.agrees(rank: rank, size: size) { return nil }
    self.init(environment, counted: "sees \(size) of")
  }

  private init(_ environment: LaunchEnvironment, counted: String) {
    let number = environment.size.map { "\($0) processes" } ?? "several processes"
    description =
      "a launcher has started \(number) (it set \(environment.variable)), and MPI \(counted) them: this program runs with "
      + "\(MPILibrary.version.prefix { $0 != "," }); start it with the mpirun of that library, with cluster/launch, or with "
      + "srun --mpi=pmix"
  }
}
