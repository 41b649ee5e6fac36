#!/usr/bin/env bash
# A real Slurm on two hosts runs the batch files as they are shipped, but for their settings. Part of Tests/cluster/test-cluster,
# whose functions and variables it uses.
# shellcheck disable=SC2154

# start_slurm: a controller and a node on node1, another node on node2. It ends with the hosts.
start_slurm() {
  local host tenths
  # Everything lies here, but for what each host has below its own /run.
  slurm=$dir/slurm
  export SLURM_CONF=$slurm/slurm.conf
  mkdir -p "$slurm/state"
  (umask 077 && head --bytes 1024 /dev/urandom >"$slurm/munge.key")
  # One processor for each rank, though hosts share them. A job that was put back waits until its credential has expired.
  cat >"$SLURM_CONF" <<CONF
ClusterName=namespaces
SlurmctldHost=node1
SlurmUser=root
AuthType=auth/munge
AuthInfo=cred_expire=5
SchedulerParameters=sched_interval=2
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
JobRequeue=1
MailProg=/bin/true
StateSaveLocation=$slurm/state
SlurmdSpoolDir=/run/slurmd
SlurmctldPidFile=/run/slurmctld.pid
SlurmdPidFile=/run/slurmd.pid
SlurmctldLogFile=$slurm/slurmctld.log
SlurmdLogFile=$slurm/slurmd-%h.log
SlurmdDebug=debug
SlurmdParameters=config_overrides
NodeName=node[1-2] CPUs=1 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES State=UP
CONF
  for host in node1 node2; do
    on "$host" mkdir -p /run/munge /run/slurmd
    on "$host" chmod 755 /run/munge
    on "$host" munged --key-file "$slurm/munge.key" --log-file "$slurm/munged-$host.log" --pid-file /run/munge/munged.pid \
      --seed-file /run/munge/seed
  done
  on node1 slurmctld
  for host in node1 node2; do on "$host" slurmd; done
  for ((tenths = 0; tenths < 1200 * patience; tenths++)); do
    [[ $(on node1 sinfo --noheader --format %t%D) != idle2 ]] || return 0
    sleep 0.1
  done
  fail 'Slurm starts' 'no two idle nodes after two minutes' "$(on node1 sinfo 2>&1 && grep error: "$slurm"/*.log)"
  return 1
}

# edited FILE ACCOUNT LINE…: what a user makes of a shipped file: an account, one rank on each of two nodes, and these lines
# among the settings. Prints its name.
edited() {
  local file=$1 account=$2 copy
  copy=$dir/$(basename "$file")
  shift 2
  printf '%s\n' "$@" >"$slurm/lines"
  sed -e "s/^#SBATCH --account=ACCOUNT/#SBATCH --account=$account/" -e 's/^\(#SBATCH --ntasks-per-node\)=[0-9]*/\1=1/' \
    -e 's/^\(#SBATCH --cpus-per-task\)=[0-9]*/\1=1/' -e "/^# End of the settings/{
      r $slurm/lines
    }" "$file" >"$copy"
  echo "$copy"
}

# until_job ID PATTERN: waits for a state and a number of restarts, such as "PENDING 1", or another end.
until_job() {
  local half state
  for ((half = 0; half < 600 * patience; half++)); do
    state=$(on node1 scontrol show job "$1" | sed -n 's/.*JobState=\([A-Z]*\).*/\1/p; s/.* Restarts=\([0-9]*\).*/\1/p' |
      paste --serial --delimiters ' ')
    [[ ! $state =~ ^($2)$ ]] || return 0
    [[ ! $state =~ ^(COMPLETED|FAILED|TIMEOUT|CANCELLED) ]] || return 1
    sleep 0.5
  done
  return 1
}

# told TITLE FILE PATTERN…: the file has lines with these patterns, in this order.
told() {
  local title=$1 file=$2 pattern rest=0 line
  shift 2
  for pattern in "$@"; do
    line=$(tail --lines +$((rest + 1)) "$file" | grep --extended-regexp --line-number --max-count 1 "$pattern" | cut --delimiter : --fields 1) || true
    if [[ -z $line ]]; then
      fail "$title" "expected '$pattern' after line $rest" "$(<"$file")"
      return
    fi
    rest=$((rest + line))
  done
  pass "$title"
}

check_slurm() {
  local file id log steps output mode
  scripts/setup slurmctld slurmd slurm-client munge
  start_slurm || return 0

  # Without an account: named before anything is submitted, and by the job itself before anything runs.
  refused 'a batch file without an account is not submitted' 64 \
    "^submit: 'cluster/slurm/train.sbatch' does not say whom the job is charged to: put your account into its line '#SBATCH --account=" \
    on node1 cluster/submit cluster/slurm/train.sbatch
  output=$(on node1 squeue --noheader --states all)
  if [[ -z $output ]]; then pass 'and leaves no job'; else fail 'and leaves no job' 'there is' "$output"; fi
  file=$(edited cluster/slurm/train.sbatch ACCOUNT "out=$dir/refused")
  refused 'a job without an account ends' 64 '' on node1 sbatch --quiet --wait --output "$dir/refused.log" "$file"
  if [[ ! -e $dir/refused ]] && grep --quiet '^sagan-train: nothing was started, since the batch file names no account to charge' "$dir/refused.log"; then
    pass 'and says so before anything runs'
  else
    fail 'and says so before anything runs' 'no such words, or a run' "$(<"$dir/refused.log")"
  fi

  # Two minutes at most; the signal is asked for 70 seconds before, and comes up to 60 seconds earlier. The number of steps comes
  # from a file: when the first start has ended it becomes what that has done, and a hundred more.
  echo 'steps: 1000000' >"$dir/steps.yaml"
  log=$dir/train.log
  file=$(edited cluster/slurm/train.sbatch none "preset=tiny out=$dir/slurm-run" \
    "train=(${tiny[*]:3} --config $dir/steps.yaml)" 'launch=(--interface eth0 --bind none)')
  id=$(on node1 cluster/submit "$file" --parsable --time=2 --signal=B:USR1@70 --output="$log")
  if ! until_job "$id" 'PENDING 1'; then
    fail 'the job is put back' 'it is not' "$(on node1 scontrol show job "$id" && cat "$log")"
    return
  fi
  steps=$(readlink "$dir/slurm-run/checkpoints/latest" || cat "$dir/slurm-run/checkpoints/latest")
  steps=$((10#${steps##*[!0-9]}))
  echo "steps: $((steps + 100))" >"$dir/steps.yaml"
  if until_job "$id" 'COMPLETED 1'; then
    pass 'a job that is put back ends by itself'
  else
    fail 'a job that is put back ends by itself' 'it does not' "$(on node1 scontrol show job "$id" && cat "$log")"
  fi
  told 'Slurm sends USR1 to the batch file' "$slurm/slurmd-node1.log" "sent signal 10 to pid [0-9]+ StepId=$id\.batch"
  told 'USR1 ends the first start with 75, and the job starts again' "$log" \
    "^sagan-train: start 1 of job $id, on node\[1-2\], ranks × threads: 2 × 1\." '^ranks × threads: 2 × 1' \
    '^sagan-train: USR1 came' "stopped after step $steps of 1000000 as asked" '^sagan-train: the run ended with exit code 75' \
    "^sagan-train: start 2 of job $id," "^finished: step $((steps + 100))" '^sagan-train: the run ended with exit code 0'
  reference $((steps + 100))
  same "interrupted by Slurm after step $steps, the bytes of an uninterrupted run" slurm-run

  for mode in weak strong; do
    file=$(edited "cluster/slurm/scaling-$mode.sbatch" none "preset=tiny batch=8 out=$dir/scaling" \
      'bench=(--steps 1 --rounds 1 --interface eth0 --bind none)')
    log=$dir/scaling-$mode.log
    id=$(on node1 cluster/submit "$file" --parsable --output="$log")
    # sbatch's own --wait looks twice a minute only.
    if until_job "$id" 'COMPLETED 0' && grep --quiet "\"mode\":\"$mode\".*\"node2\"" "$dir/scaling-$id/results.json"; then
      pass "$mode scaling on the nodes of a job"
    else
      fail "$mode scaling on the nodes of a job" 'no results' "$(<"$log")"
    fi
  done
  check_array
}

# An experiment as a job array: its runs are made side by side in one folder, each with the scores that it has elsewhere.
check_array() {
  local id output half differences file=$dir/array.sbatch
  local words=(
    experiment run figure3 --data synthetic:count=40 --set width=4 --set batch=4 --set steps=8 --set evaluate-samples=100
  )
  if ! output=$(on node1 "$binary" "${words[@]}" --out "$dir/whole" 2>&1 &&
    on node1 "$binary" "${words[@]}" --out "$dir/array" --interface eth0 --bind none --submit "$file" 2>&1); then
    fail 'an experiment as a job array' 'no reference, or no batch file' "$output"
    return
  fi
  sed -i 's/^#SBATCH --account=ACCOUNT/#SBATCH --account=none/' "$file"
  id=$(on node1 cluster/submit "$file" --parsable --output="$dir/array-%a.out")
  for ((half = 0; half < 600 * patience; half++)); do
    [[ -n $(on node1 squeue --noheader --job "$id") ]] || break
    sleep 0.5
  done
  output=$(tail --verbose --lines 20 "$dir"/array-*.out 2>&1) || true
  if differences=$(diff <(every_score "$dir/whole") <(every_score "$dir/array") 2>&1) && [[ -n $(every_score "$dir/array") ]]; then
    pass 'an experiment as a job array has the scores of one made here'
  else
    fail 'an experiment as a job array' 'other scores than here' "$differences $output"
  fi
}
