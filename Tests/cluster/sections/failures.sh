#!/usr/bin/env bash
# Ranks, links and hosts that fail in mid-run: how the job ends, what is left, and that the run goes on on other hosts to the
# same bytes. Part of Tests/cluster/test-cluster, whose functions and variables it uses.
# shellcheck disable=SC2154

# How pgrep finds ranks, and all processes of a job.
a_rank='^[^ ]*/sagan train '
of_a_job="$a_rank|^mpirun |^orted |^[^ ]*ssh -x |cluster/launch "

# begin RUN HOST…: starts a run that would go on for long, and returns when it has a checkpoint. When it ends, RUN.ended has
# its exit code and the time.
begin() {
  local run="$dir/$1" tenths host
  shift
  {
    local code=0
    launch "$(hostfile "$@")" -- "$binary" "${tiny[@]}" --steps 1000000 --max-wait 20 --out "$run" >"$run.log" 2>&1 || code=$?
    echo "$code $(date +%s%3N)" >"$run.partial"
    mv "$run.partial" "$run.ended"
  } &
  for ((tenths = 0; tenths < 6000 * patience; tenths++)); do
    if [[ -e $run/checkpoints/latest || -e $run.ended ]]; then break; fi
    sleep 0.1
  done
  # What does not find them now would find nothing left, either.
  for host in "$@"; do
    grep --quiet ': [0-9]* .*/sagan train ' <(processes "$a_rank" "$host") || fail "a rank on $host" 'is not found' "$(tail -n 20 "$run.log")"
  done
  grep --quiet ': [0-9]* mpirun ' <(processes "$of_a_job" node1) || fail 'mpirun on node1' 'is not found' "$(tail -n 20 "$run.log")"
}

# processes PATTERN HOST…: those that match there, or why that cannot be told: pgrep ends with 1 where there are none.
processes() {
  local pattern=$1 host status
  shift
  for host in "$@"; do
    status=0
    on "$host" pgrep --runstates R,S,D --list-full --full "$pattern" 2>&1 | sed "s/^/$host: /" || status=$?
    [[ $status -le 1 ]] || echo "$host: pgrep ended with $status"
  done
}

# ends TITLE RUN SINCE LEAST CODES WORDS: the run ends at least so many seconds after SINCE, in milliseconds, with one of the
# codes, and its output has the words. Ten minutes tell an end from a TCP connection's patience, and from none.
ends() {
  local title=$1 run="$dir/$2" since=$3 least=$4 codes=$5 words=$6 code='' end seconds
  local most=$((600 * patience))
  until [[ -e $run.ended ]] || (($(date +%s%3N) > since + most * 1000)); do sleep 0.1; done
  if [[ ! -e $run.ended ]]; then
    fail "$title" "not ended after $most s" "$(tail -n 20 "$run.log")"
    for host in node1 node2 node3 node4; do on "$host" pkill -KILL --full "$of_a_job" || true; done
    return
  fi
  read -r code end <"$run.ended"
  seconds=$(((end - since + 500) / 1000))
  if ((end < since + least * 1000)); then
    fail "$title" "ended after $seconds s already" "$(tail -n 20 "$run.log")"
  elif [[ ! $code =~ ^($codes)$ ]]; then
    fail "$title" "exit code $code instead of $codes" "$(tail -n 20 "$run.log")"
  elif ! grep --quiet --extended-regexp "$words" "$run.log"; then
    fail "$title" "expected '$words'" "$(tail -n 20 "$run.log")"
  else
    pass "$title, after $seconds s with code $code"
  fi
}

# nothing_left TITLE PATTERN HOST…: soon no such process is left there.
nothing_left() {
  local title=$1 pattern=$2 tenths left=''
  shift 2
  for ((tenths = 0; tenths < 600 * patience; tenths++)); do
    left=$(processes "$pattern" "$@")
    [[ -n $left ]] || break
    sleep 0.1
  done
  if [[ -z $left ]]; then pass "$title"; else fail "$title" 'there is' "$left"; fi
}

# goes_on TITLE RUN HOST…: the run goes on there for twenty steps, and then has the bytes of one that nothing happened to.
goes_on() {
  local title=$1 run=$2 steps output
  shift 2
  steps=$(readlink "$dir/$run/checkpoints/latest" || cat "$dir/$run/checkpoints/latest")
  steps=$((10#${steps##*[!0-9]} + 20))
  output=$(launch "$(hostfile "$@")" -- "$binary" "${tiny[@]}" --steps "$steps" --resume auto --out "$dir/$run" 2>&1) ||
    fail "$title" "exit code $?" "$output"
  reference "$steps"
  same "$title" "$run"
}

check_failures() {
  local since run least
  begin rank node1 node2
  since=$(date +%s%3N)
  on node2 pkill -KILL --full "$a_rank"
  ends 'a killed rank ends the job' rank "$since" 0 137 'rank 1 .* on node node2 exited on signal 9'
  nothing_left 'a killed rank leaves nothing behind' "$of_a_job" node1 node2
  goes_on 'after a killed rank, the same bytes' rank node1 node2

  # Two jobs at once: in one the launcher's host has a rank, in the other it has none.
  begin link node1 node2
  begin far-link node3 node4
  since=$(date +%s%3N)
  "$hosts" cut "$dir" node2
  "$hosts" cut "$dir" node4
  # Without a rank of its own, the launcher's host waits longer for a host that does not answer.
  for run in link far-link; do
    least=$([[ $run == link ]] && echo 19 || echo 45)
    ends "a cut link ends the job ($run)" "$run" "$since" "$least" 69 \
      'sagan: rank 0 has waited [0-9]+ s for rank 1 in .* of step'
  done
  nothing_left 'a cut link leaves nothing on the hosts that remain' "$of_a_job" node1 node3
  nothing_left 'nor ranks on those cut off' "$a_rank" node2 node4
  goes_on 'after a cut link, the same bytes on another host' link node1 node3
  goes_on 'after a cut link, the same bytes on fewer hosts' far-link node3
  "$hosts" join "$dir" node2
  "$hosts" join "$dir" node4
  nothing_left 'when the link is back, nothing is left there either' "$of_a_job" node2 node4

  begin host node1 node2 node3 node4
  since=$(date +%s%3N)
  "$hosts" kill "$dir" node4
  ends 'a killed host ends the job' host "$since" 0 '[1-9][0-9]*' 'node4'
  nothing_left 'a killed host leaves nothing on the others' "$of_a_job" node1 node2 node3
  goes_on 'after a killed host, the same bytes on fewer hosts' host node1 node2
  # All four again, for what comes after.
  "$hosts" down "$dir"
  "$hosts" up "$dir" 4
}
