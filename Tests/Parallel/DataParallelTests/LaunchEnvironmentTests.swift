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

  @Test func whatMPIDoesNotSeeIsFound() throws {
    let hydra = try #require(LaunchEnvironment(["PMI_RANK": "1", "PMI_SIZE": "2"]))
    #expect(hydra.speaksMPI && hydra.agrees(rank: 1, size: 2))
    #expect(!hydra.agrees(rank: 0, size: 1))
    let first = try #require(LaunchEnvironment(["PMI_RANK": "0", "PMI_SIZE": "2"]))
    #expect(first.isRoot && !first.agrees(rank: 0, size: 1))
    // The size of an allocation says nothing about the launcher.
    let alone = try #require(LaunchEnvironment(["PMIX_RANK": "0", "SLURM_NTASKS": "16"]))
    #expect(alone.agrees(rank: 0, size: 1))
    let step = try #require(
      LaunchEnvironment(["PMIX_RANK": "0", "SLURM_STEP_ID": "3", "SLURM_STEP_NUM_TASKS": "16"]))
    #expect(!step.agrees(rank: 0, size: 1) && step.agrees(rank: 0, size: 16))
  }

  @Test(arguments: [
    ["SLURM_PROCID": "1", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "2"],
    ["SLURM_PROCID": "1", "SLURM_STEP_ID": "0", "SLURM_NTASKS": "2"],
    ["MV2_COMM_WORLD_RANK": "1", "MV2_COMM_WORLD_SIZE": "2"], ["FLUX_TASK_RANK": "1", "FLUX_JOB_SIZE": "2"],
  ]) func launchersWithoutMPI(variables: [String: String]) throws {
    let launch = try #require(LaunchEnvironment(variables))
    #expect(!launch.speaksMPI && launch.rank == 1 && launch.size == 2)
  }

  @Test(arguments: [
    // A batch file, a step of its own within an allocation, and `srun -n 1`.
    ["SLURM_PROCID": "0", "SLURM_NTASKS": "8", "SLURM_JOB_ID": "7"],
    ["SLURM_PROCID": "0", "SLURM_NTASKS": "8", "SLURM_STEP_ID": "4294967291"],
    ["SLURM_PROCID": "0", "SLURM_NTASKS": "8", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "1"],
    ["FLUX_TASK_RANK": "0", "FLUX_JOB_SIZE": "1"],
  ]) func oneProcessIsNoLaunch(variables: [String: String]) { #expect(LaunchEnvironment(variables) == nil) }

  @Test func ranksOfAHost() {
    #expect(LaunchEnvironment(["OMPI_COMM_WORLD_RANK": "5", "OMPI_COMM_WORLD_LOCAL_SIZE": "3"])?.localSize == 3)
    #expect(LaunchEnvironment(["PMI_RANK": "0", "MPI_LOCALNRANKS": "4"])?.localSize == 4)
    #expect(LaunchEnvironment(["PMI_RANK": "0"])?.localSize == 1)
  }
}
