import Foundation
import Testing

/// Launchers whose processes Open MPI does not connect: each would train alone, in the same directory.
@Suite struct ForeignLaunchers {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func train(_ more: String...) -> [String] {
    ["train", "--preset", "tiny", "--data", "synthetic:count=64", "--steps", "2", "--out", scratch.at("run")] + more
  }

  @Test(arguments: [
    ["PMI_RANK=R", "PMI_SIZE=2"], ["PMI_RANK=R", "PMI_SIZE=3"],
    ["SLURM_PROCID=R", "SLURM_STEP_ID=0", "SLURM_STEP_NUM_TASKS=2", "SLURM_NTASKS=2"],
    ["MV2_COMM_WORLD_RANK=R", "MV2_COMM_WORLD_SIZE=2"],
  ]) func oneSentenceOfTheFirstProcess(variables: [String]) throws {
    for rank in 0...1 {
      let setting = ["env"] + variables.map { $0.replacingOccurrences(of: "=R", with: "=\(rank)") }
      let outcome = try Program.run(train(), under: setting)
      if rank == 0 {
        expectSentence(outcome, code: 78, ["processes", "Open MPI", "mpirun", "cluster/launch"])
      } else {
        #expect(outcome.code == 78 && outcome.errors.isEmpty, "\(outcome.description)")
      }
      try expectUntouched(scratch, since: [:])
    }
  }

  @Test func faultsBeforeMPIAreSaidByTheFirstProcess() throws {
    let step = ["env", "SLURM_STEP_ID=0", "SLURM_STEP_NUM_TASKS=2"]
    let wrong = ["train", "--preset", "tinny", "--out", scratch.at("run")]
    expectSentence(try Program.run(wrong, under: step + ["SLURM_PROCID=0"]), code: 64, ["tinny"])
    let second = try Program.run(wrong, under: step + ["SLURM_PROCID=1"])
    #expect(second.code == 64 && second.errors.isEmpty, "\(second.description)")
  }

  @Test(arguments: [
    // A batch file, one process of a step, and an interactive step of an allocation of several tasks.
    ["SLURM_PROCID=0", "SLURM_NTASKS=8", "SLURM_JOB_ID=7"],
    ["SLURM_PROCID=0", "SLURM_NTASKS=1", "SLURM_STEP_ID=0", "SLURM_STEP_NUM_TASKS=1"],
    ["SLURM_PROCID=0", "SLURM_NTASKS=8", "SLURM_STEP_ID=4294967290", "SLURM_STEP_NUM_TASKS=1"],
    ["PMI_RANK=0", "PMI_SIZE=1"],
  ]) func oneProcessIsARun(variables: [String]) throws {
    expectSuccess(try Program.run(train(), under: ["env"] + variables))
    expectSuccess(
      try Program.run(train("--resume", "auto"), ranks: 2, under: ["env"] + variables.filter { $0.hasPrefix("SLURM") }))
  }
}
