#!/usr/bin/env bash
# Training on two and four hosts: the bytes of one. Part of Tests/cluster/test-cluster, whose functions and variables it uses.
# shellcheck disable=SC2154

check_training() {
  local output
  reference 20
  for names in 'node1 node2' 'node1 node2 node3 node4'; do
    read -ra list <<<"$names"
    output=$(launch "$(hostfile "${list[@]}")" -- "$binary" "${tiny[@]}" --steps 20 --out "$dir/run${#list[@]}" 2>&1) ||
      fail "training on $names" "exit code $?" "$output"
    same "training on ${#list[@]} hosts has the bytes of one" "run${#list[@]}"
  done
}
