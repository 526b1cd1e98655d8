#!/bin/sh
# A whole campaign: campaign.sh FOLDER [REPETITIONS]
#
# Every condition once, then every condition again: what changes on the machine over the hour then
# hits all conditions alike. Each round begins one condition later, so that none always follows the same one
# at the same place. Finished logs are compressed. FOLDER/order.txt says what ran when. CONDITIONS names another file of
# conditions than conditions.toml. Needs root.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$1
repetitions=${2:-5}
pause=${PAUSE:-10}
mkdir -p "$folder"

# Where the kernel groups tasks by session (autogroup), nice counts within the group only: raise the group.
if [ -w /proc/self/autogroup ]; then echo "${NICE:--15}" >/proc/self/autogroup || true; fi

set -- $(sed -n 's/^\[condition\.\(.*\)\]/\1/p' "${CONDITIONS:-$here/conditions.toml}" | tr -d '"')
repetition=1
while [ "$repetition" -le "$repetitions" ]; do
    for condition in "$@"; do
        case $condition in
        */*) run=$condition/$repetition logs=$folder/$run/ ;;
        *) run=$condition$repetition logs=$folder/$run- ;;
        esac
        echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $run load $(cut -d' ' -f1 /proc/loadavg)" >>"$folder/order.txt"
        "$here/run.sh" "$condition" "$repetition" "$folder" || echo "$run failed" >>"$folder/order.txt"
        [ -e "${logs}zeit.log" ] || echo "$run has no stamps" >>"$folder/order.txt"
        gzip -9nf "$logs"*
        sleep "$pause"
    done
    first=$1
    shift
    set -- "$@" "$first"
    repetition=$((repetition + 1))
done
