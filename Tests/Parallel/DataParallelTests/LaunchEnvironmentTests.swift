import MPI
import Testing

@Suite struct LaunchEnvironmentTests {
  @Test func noLauncherMeansNoRanks() {
    #expect(LaunchEnvironment([:]) == nil)
    #expect(LaunchEnvironment(["HOME": "/", "OMP_NUM_THREADS": "4"]) == nil)
  }

  @Test func shellOfASlurmAllocationIsNoRank() {
    #expect(LaunchEnvironment(["SLURM_NTASKS": "8", "SLURM_PROCID": "0", "SLURM_LOCALID": "0"]) == nil)
  }

  @Test func mpirunTellsRankSizeAndLocalRank() throws {
    let launch = try #require(
      LaunchEnvironment([
        "OMPI_COMM_WORLD_RANK": "5", "OMPI_COMM_WORLD_SIZE": "8", "OMPI_COMM_WORLD_LOCAL_RANK": "1", "PMIX_RANK": "5",
      ]))
    #expect(launch.rank == 5 && launch.size == 8)
    #expect(!launch.isRoot)
  }

  @Test func mpirunInsideASlurmJobWins() throws {
    let launch = try #require(
      LaunchEnvironment([
        "OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_LOCAL_RANK": "3",
        "SLURM_PROCID": "0", "SLURM_NTASKS": "1", "SLURM_LOCALID": "0",
      ]))
    #expect(launch.rank == 3 && launch.size == 4)
  }

  @Test func srunTellsThroughItsProcessManager() throws {
    let pmix = try #require(LaunchEnvironment(["PMIX_RANK": "0", "SLURM_NTASKS": "16", "SLURM_LOCALID": "2"]))
    #expect(pmix.isRoot && pmix.size == 16)
    let pmi = try #require(LaunchEnvironment(["PMI_RANK": "1", "PMI_SIZE": "2", "SLURM_NTASKS": "16"]))
    #expect(pmi.rank == 1 && pmi.size == 2)
  }

  @Test func nonsenseCountsAsAbsent() {
    #expect(LaunchEnvironment(["OMPI_COMM_WORLD_RANK": "first"]) == nil)
    #expect(LaunchEnvironment(["OMPI_COMM_WORLD_RANK": "-1"]) == nil)
  }
}
