#!/bin/sh
# One run: run.sh CONDITION REPETITION FOLDER
#
# Makes a network namespace of its own with a bridge and two taps, records one migration in it (record.py)
# and takes everything away again, whatever happens. Needs root.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
ns=stillstand-$$

clean() {
    trap - EXIT INT TERM
    ip netns pids "$ns" 2>/dev/null | xargs -r kill -9 2>/dev/null || true
    ip netns del "$ns" 2>/dev/null || true
}
trap clean EXIT
trap 'clean; exit 130' INT TERM

ip netns add "$ns"
in="ip netns exec $ns"
$in ip link set lo up
$in ip link add br0 type bridge stp_state 0 forward_delay 0
$in ip addr add 10.66.0.1/24 dev br0
for tap in tap-source tap-target; do
    $in ip tuntap add dev $tap mode tap
    $in ip link set $tap master br0 up
done
$in ip link set br0 up

# Before everyone else: a poller or a ping that waits for the CPU measures the waiting.
$in nice -n "${NICE:--15}" python3 "$here/record.py" "$@"
