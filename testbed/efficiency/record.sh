#!/bin/sh
# The whole campaign: record.sh FOLDER [REPETITIONS]
#
# Makes two network namespaces with a bridge between them, records in them (record.py) and takes everything away
# again, whatever happens. Needs root.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
ns=stillstand-$$

clean() {
    trap - EXIT INT TERM
    for each in "$ns" "$ns-native"; do
        ip netns pids "$each" 2>/dev/null | xargs -r kill -9 2>/dev/null || true
        ip netns del "$each" 2>/dev/null || true
    done
}
trap clean EXIT
trap 'clean; exit 130' INT TERM

# Where the kernel groups tasks by session (autogroup), nice counts within the group only: raise the group.
if [ -w /proc/self/autogroup ]; then echo "${NICE:--15}" >/proc/self/autogroup || true; fi

ip netns add "$ns"
in="ip netns exec $ns"
$in ip link set lo up
$in ip link add br0 type bridge stp_state 0 forward_delay 0
$in ip addr add 10.66.0.1/24 dev br0
for tap in tap1 tap2 tap3; do
    $in ip tuntap add dev $tap mode tap
    $in ip link set $tap master br0 up
done
# Programs on the machine itself reach the server over the same bridge, by a veth instead of a tap.
ip netns add "$ns-native"
$in ip link add veth1 type veth peer name eth0 netns "$ns-native"
$in ip link set veth1 master br0 up
ip netns exec "$ns-native" ip link set lo up
ip netns exec "$ns-native" ip addr add 10.66.0.10/24 dev eth0
ip netns exec "$ns-native" ip link set eth0 up
$in ip link set br0 up

# iperf3 notes the name of the machine: `native`, and `guest` in a guest. nice: before everyone else.
NATIVE=$ns-native $in nice -n "${NICE:--15}" unshare --uts sh -c 'hostname native; exec "$@"' sh \
    python3 "$here/record.py" "$@"
