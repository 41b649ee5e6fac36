internal import Files

/// A batch file of Slurm that makes the runs of a plan as a job array, a task for each.
package struct BatchFile {
  private let command: [String]
  private let runs: Int
  private let layout: RankLayout

  /// A batch file.
  ///
  /// - Parameters:
  ///   - command: `experiment run` with all that decides the runs, but for ranks, threads and the number of the run.
  ///   - runs: How many there are.
  ///   - layout: Nodes, ranks and threads of each.
  package init(_ command: [String], runs: Int, layout: RankLayout) {
    (self.command, self.runs, self.layout) = (command, runs, layout)
  }

  /// Its text.
  package var text: String {
    """
    #!/usr/bin/env bash
    # Makes the runs of an experiment as a Slurm job array, a task for each run; made by sagan experiment run --submit.
    # Edit the settings, and submit it: cluster/submit THIS-FILE. When all tasks have ended, sagan experiment report says what they found.
    #
    # Before the time limit Slurm sends USR1. The run then ends after its step with a checkpoint and exit code 75, the task goes back into
    # the queue, and continues there, as often as it takes.
    #SBATCH --job-name=sagan-experiment
    #SBATCH --output=%x-%A-%a.out
    #SBATCH --open-mode=append
    #SBATCH --requeue
    #SBATCH --array=1-\(runs)

    # Settings: what has to be edited.
    #SBATCH --account=ACCOUNT             # whom the job is charged to, or none on a cluster without accounts
    ##SBATCH --partition=PARTITION        # with one # where the default is not right
    #SBATCH --nodes=\(layout.nodes)
    #SBATCH --ntasks-per-node=\(layout.ranksPerNode)           # ranks of a node; all of them must suit the shards of every run
    #SBATCH --cpus-per-task=\(layout.threads)             # cores of a rank, one for each of its threads
    #SBATCH --time=24:00:00
    #SBATCH --signal=B:USR1@600           # so many seconds before: more than two steps, an evaluation and a checkpoint take
    experiment=(\(command.map(\.quotedForShell).joined(separator: " ")))
    # End of the settings.

    set -euo pipefail
    [[ -f cluster/slurm/job ]] || {
      echo "Start this file with cluster/submit, which begins in the project's folder; this is $PWD." >&2
      exit 66
    }
    # shellcheck source=cluster/slurm/job
    source cluster/slurm/job

    run='' signalled=''
    # shellcheck disable=SC2317 # the trap calls it
    stop() {
      signalled=yes
      [[ -z ${!:-} ]] || kill -USR1 "${run:-$!}" 2>/dev/null || true
    }
    trap stop USR1

    .build/release/sagan "${experiment[@]}" --only "$SLURM_ARRAY_TASK_ID" --ranks "$ranks" --threads "$threads" &
    run=$!
    # A signal ends `wait`, not the run: only a wait that none ended has the run's code.
    while
      signalled='' code=0
      wait "$run" || code=$?
      [[ -n $signalled ]]
    do :; done

    if [[ $code -eq 75 ]]; then
      scontrol requeue "$SLURM_JOB_ID" || echo "Requeueing failed; submit the file again to continue the run." >&2
    fi
    exit "$code"

    """
  }
}
