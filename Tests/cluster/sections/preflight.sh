#!/usr/bin/env bash
# What cluster/preflight and cluster/launch say of hosts and hostfiles that are wrong. Part of Tests/cluster/test-cluster, whose functions and variables it uses.
# shellcheck disable=SC2154

check_preflight() {
  local file output run="$dir/shared" look address host
  mkdir -p "$run"
  file=$(hostfile node1 node2 node3 node4)
  look=(on node1 cluster/preflight --hostfile "$file" --out "$run" --interface eth0 --free 1)
  if output=$("${look[@]}" 2>&1); then pass 'preflight of four hosts'; else fail 'preflight of four hosts' 'complaints' "$output"; fi
  look=(on node1 cluster/preflight --hostfile "$(hostfile node1 node2)" --free 1)
  refused 'preflight: a wrong interface' 69 "^preflight: node2: there is no network 'eth7'; it has eth0" \
    "${look[@]}" --out "$run" --interface eth7
  # Every host has this network, for its own containers.
  for host in node1 node2; do
    on "$host" sh -c 'ip link add docker0 type bridge && ip addr add 172.17.0.1/16 dev docker0'
  done
  if output=$("${look[@]}" --out "$run" 2>&1); then
    pass 'preflight: a network in common'
  else
    fail 'preflight: a network in common' 'complaints' "$output"
  fi
  address=$(on node2 ip -o -4 addr show dev eth0 | sed 's/.* inet \([0-9.]*\).*/\1/')
  on node2 sh -c "ip addr flush dev eth0 && ip addr add $address/24 dev eth0"
  refused 'preflight: no network in common' 69 '^preflight: node2: it shares no network with the hosts before it, and has ' \
    "${look[@]}" --out "$run"
  on node2 sh -c "ip addr flush dev eth0 && ip addr add $address/16 dev eth0"
  for host in node1 node2; do on "$host" ip link del docker0; done
  refused 'preflight: a directory that is not shared' 69 "^preflight: node2: the run directory '/tmp/run' is not" \
    "${look[@]}" --out /tmp/run
  cp "$binary" "$dir/sagan"
  refused 'preflight: a host without the program' 69 "^preflight: node2: the program is not at '/tmp/sagan'" \
    on node1 sh -c "cp '$dir/sagan' /tmp/sagan && cluster/preflight --hostfile '$file' --out '$run' --binary /tmp/sagan"
  on node2 sh -c "cp '$dir/sagan' /tmp/sagan && echo >> /tmp/sagan"
  refused 'preflight: a host with another program' 69 "^preflight: node2: '/tmp/sagan' is another build" \
    "${look[@]}" --out "$run" --binary /tmp/sagan
  # A host that would ask for a password.
  mv "$dir/ssh/authorized_keys" "$dir/ssh/keys"
  refused 'preflight: ssh that asks for a password' 69 '^preflight: node2: ssh does not get in without a question' \
    "${look[@]}" --out "$run"
  mv "$dir/ssh/keys" "$dir/ssh/authorized_keys"
  printf 'node1 slots=1\nnode2 slot=1\n' >"$dir/bad"
  refused 'a hostfile with a typo' 65 "line 2 of .* has 'slot=1'" on node1 cluster/launch --hostfile "$dir/bad" -- true
  printf 'node1 slots=1\nnode1 slots=1\n' >"$dir/bad"
  refused 'a hostfile with a duplicate' 65 'line 2 of .* names node1 again' on node1 cluster/launch --hostfile "$dir/bad" -- true
  printf 'node1 slots=1\nnode9 slots=1\n' >"$dir/bad"
  refused 'a hostfile with an unknown host' 65 'line 2 of .* names node9' on node1 cluster/launch --hostfile "$dir/bad" -- true
  refused 'more ranks than slots' 64 '^launch: 3 ranks need more than the 2 slots' launch "$(hostfile node1 node2)" --ranks 3 -- true
  refused 'an interface that nobody has' 64 "^launch: .* found 'eth7'; there are: eth0" \
    on node1 cluster/launch --hostfile "$file" --interface eth7 -- true
}
