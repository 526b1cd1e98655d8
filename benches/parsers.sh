#!/usr/bin/env bash
# Reading one large dstat file: stillstand against what people use. Needs python3 with pandas, polars and duckdb in
# the virtual environment $VENV, gawk, mawk and GNU time. Prints CPU seconds and wall seconds of each, in turn, thrice.
#
#   cargo build --release && VENV=/path/to/venv benches/parsers.sh
set -euo pipefail
cd "$(dirname "$0")/.."
program=${CARGO_TARGET_DIR:-target}/release/stillstand
python=${VENV:?name a virtual environment with pandas, polars and duckdb}/bin/python
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
log=$folder/dstat.csv

# Two million rows (some 230 MB) after the header of a real file.
python3 - sample-data/xen-live-migration/none1-dstat-kirsche.test "$log" <<'PYTHON'
import random, sys
random.seed(1)
head = open(sys.argv[1]).read().split("\n")[:7]
with open(sys.argv[2], "w") as out:
    out.write("\n".join(head) + "\n")
    for i in range(2_000_000):
        cpu = f"{random.random() * 5:.3f},{random.random() * 9:.3f},{90 - random.random() * 9:.3f},0.0,{random.random():.3f},0.500"
        memory = f"{150_000_000 + i % 100_000}.0,33333248.0,424394752.0,443150336.0"
        net = f"{random.randint(0, 5_000_000)}.0,{random.randint(0, 5_000_000)}.0"
        out.write(f"{1264510987 + i}.011,{cpu},{memory},{net}\n")
PYTHON

measure() {
    local name=$1
    shift
    /usr/bin/time -f "$name: %U user, %S system, %e wall (s), %M KB" "$@" 2>&1 >/dev/null | tail -n 1
}

for _ in 1 2 3; do
    measure stillstand "$program" inspect "$log"
    measure pandas "$python" -c "import pandas; pandas.read_csv('$log', skiprows=6)['recv'].mean()"
    measure polars "$python" -c "import polars; polars.read_csv('$log', skip_rows=6)['recv'].mean()"
    measure duckdb "$python" -c "import duckdb; duckdb.sql(\"select avg(columns(*)) from read_csv('$log', skip=6, header=true)\").fetchall()"
    measure gawk gawk -F, 'NR > 7 { sum += $12; n++ } END { print sum / n }' "$log"
    measure mawk mawk -F, 'NR > 7 { sum += $12; n++ } END { print sum / n }' "$log"
done
