#!/usr/bin/env bash
# How cost grows with the number of runs: `stats` and `report` of campaigns of 5 × 2, 20, 200 and 2000 repetitions. Needs
# python3 and GNU time. Prints rows of the table in docs/performance.md, the median of three turns by wall time.
#
#   cargo build --release && benches/repetitions.sh [REPETITIONS …]
set -euo pipefail
cd "$(dirname "$0")/.."
program=${CARGO_TARGET_DIR:-target}/release/stillstand
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

row() {
    local name=$1
    shift
    for _ in 1 2 3; do
        /usr/bin/time -f "%e %U %S %M" "$@" 2>&1 >/dev/null | tail -n 1
    done | sort -n | sed -n 2p |
        awk -v name="$name" '{ printf "| %s | %.2f s | %.2f s | %d MiB |\n", name, $1, $2 + $3, $4 / 1024 }'
}

echo "| runs, command | wall | CPU | peak memory |"
echo "| --- | --- | --- | --- |"
for repetitions in "${@:-2 20 200 2000}"; do
    for n in $repetitions; do
        python3 benches/repetitions.py "$folder/$n" "$n"
        row "$((5 * n)), \`stats --format json\`" "$program" stats "$folder/$n" --format json -q
        row "$((5 * n)), \`report\`" "$program" report "$folder/$n" -o "$folder/report" --force -q
        rm -rf "${folder:?}/$n" "$folder/report"
    done
done
