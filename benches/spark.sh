#!/usr/bin/env bash
# What a campaign costs on a cluster of two workers of one processor each, of which an executor is killed on the way, beside one
# process with two threads; and whether both make the same dataset.
#
#   python3 benches/repetitions.py LOGS 2000          # 10 000 runs
#   benches/spark.sh LOGS OUT [SHARDS]                # OUT is made; it needs Java 17, and the environment that .ci/spark makes
#
# STILLSTAND is the program, else target/release/stillstand. KILL_AFTER seconds after the first shard began an executor is killed, 30
# unless set: choose less than a shard takes.
set -euo pipefail
logs=$(realpath "$1") out=$(realpath -m "$2") shards="${3:-2}"
repository=$(realpath "$(dirname "$0")/..")
export STILLSTAND="${STILLSTAND:-$repository/target/release/stillstand}"
environment="${SPARK_ENVIRONMENT:-$HOME/.cache/stillstand/spark}"
PYSPARK_PYTHON="$environment/bin/python" PYSPARK_DRIVER_PYTHON="$environment/bin/python"
SPARK_HOME=$("$PYSPARK_PYTHON" -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))')
export PYSPARK_PYTHON PYSPARK_DRIVER_PYTHON SPARK_HOME SPARK_LOCAL_DIRS="$out/local"
mkdir "$out" "$out/began"
cd "$out"

# The program, with the time and memory that each call took; the first shard to begin leaves a mark, and the process above it is named.
cat >program <<END
#!/bin/sh
if [ "\$1" = ingest ] && mkdir "$out/began/first" 2>/dev/null; then
  of=\$\$
  until ps -o comm= -p \$of | grep -q java; do of=\$(ps -o ppid= -p \$of | tr -d ' '); done
  echo \$of >"$out/began/executor"
fi
exec /usr/bin/time -a -o "$out/calls" -f '%e s, %U + %S s of processor, %M KiB, status %x: %C' "$STILLSTAND" "\$@"
END
chmod +x program

daemons=()
stop() { kill "${daemons[@]}" 2>/dev/null || true; }
trap stop EXIT
daemon() { # NAME ROLE WHAT-SAYS-THAT-IT-IS-READY ARGUMENT…
  local name="$1" role="$2" ready="$3"
  shift 3
  : >"$name.log"
  "$SPARK_HOME/bin/spark-class" "org.apache.spark.deploy.${role,,}.$role" --host localhost --port 0 --webui-port 0 "$@" >"$name.log" 2>&1 &
  daemons+=($!)
  until grep -q "$ready" "$name.log"; do kill -0 "${daemons[-1]}" && sleep 0.2; done
}
daemon master Master "Starting Spark master at"
master=$(sed -n 's/.*Starting Spark master at \(\S*\).*/\1/p' master.log)
for worker in worker-1 worker-2; do
  daemon "$worker" Worker "registered with master" --cores 1 --memory 2g --work-dir "$out/$worker" "$master"
done

(
  until [ -s began/executor ]; do sleep 0.1; done
  sleep "${KILL_AFTER:-30}"
  kill -9 "$(cat began/executor)" && echo "executor $(cat began/executor) killed" >killed
) &
/usr/bin/time -o spark.time -f '%e s' "$SPARK_HOME/bin/spark-submit" --master "$master" --conf spark.ui.enabled=false \
  --conf spark.driver.host=localhost "$repository/scale/spark.py" "$logs" "$out/spark" --shards "$shards" --program "$out/program" 2>spark.log
echo "Spark, $shards shards: $(cat spark.time); $(cat killed 2>/dev/null || echo "no executor was killed: it was done before")"
cat calls

/usr/bin/time -o one.time -f '%e s, %U + %S s of processor, %M KiB' "$STILLSTAND" ingest "$logs" -o "$out/one" --jobs 2 --quiet
echo "one process: $(cat one.time), $(find one -type f | wc -l) files"
# Parts differ in their number: what all runs say does not.
for dataset in spark one; do "$STILLSTAND" stats "$dataset" --format json --quiet | sha256sum >"$dataset.sha256"; done
cmp spark.sha256 one.sha256 && echo "the same summary, byte for byte"
# The bytes of the parts are those of shards made one by one.
for shard in $(seq "$shards"); do "$STILLSTAND" ingest "$logs" -o "$out/shards" --jobs 2 --quiet --shard "$shard/$shards"; done
diff -r spark shards && echo "the same dataset, byte for byte"
