#!/usr/bin/env bash
# A run of an experiment on two hosts: the scores of one. Part of Tests/cluster/test-cluster, whose functions and variables it uses.
# shellcheck disable=SC2154

check_experiments() {
  local output differences
  local words=(
    experiment run figure3 --only 1 --data synthetic:count=40 --set width=4 --set batch=4 --set steps=8 --set evaluate-samples=100
  )
  output=$(on node1 "$binary" "${words[@]}" --out "$dir/one" 2>&1) || fail 'an experiment on one host' "exit code $?" "$output"
  output=$(on node1 "$binary" "${words[@]}" --ranks 2 --hostfile "$(hostfile node1 node2)" --interface eth0 --bind none \
    --out "$dir/two" 2>&1) || fail 'an experiment on two hosts' "exit code $?" "$output"
  if ! compgen -G "$dir/two/records/*/record.json" >/dev/null; then
    fail 'an experiment on two hosts' 'there is no record' "$output"
  elif ! grep --quiet --no-filename '"hosts":\["node1","node2"\]' "$dir"/two/records/*/record.json; then
    fail 'an experiment on two hosts' 'its record has other hosts' "$(cat "$dir"/two/records/*/record.json)"
  elif differences=$(diff <(every_score "$dir/one") <(every_score "$dir/two") 2>&1); then
    pass 'an experiment on two hosts has the scores of one'
  else
    fail 'an experiment on two hosts' 'other scores than on one' "$differences"
  fi
}
