"""Measures a large campaign on the machines of a Spark cluster, a shard a task.

    spark-submit scale/spark.py LOGS DATASET --shards 16 [--program PATH] [--memory 4G] [--files-from FILE]

Every task runs `stillstand ingest LOGS -o DATASET --shard I/N` on as many processors as a task has (spark.task.cpus, 1
unless set). LOGS and DATASET are folders that all machines see under the same path; Spark moves no log and no result,
only the table of what each shard did. A part of a dataset appears whole or not at all, so a task that fails, or is lost
with its machine, is simply tried again.

Exit status: 0 if the dataset is complete, 1 if a shard is missing, 2 for a wrong command line. README.md has more.
"""

import argparse
import glob
import os
import re
import socket
import subprocess
import sys
import time
from typing import NamedTuple

from py4j.protocol import Py4JJavaError
from pyspark import SparkContext, SparkFiles, TaskContext

# Of `stillstand`: logs that cannot be read were left out and are named (by --strict); the command line or campaign.toml is
# wrong, which is so on every machine.
UNREADABLE, WRONG = 3, 2
# So many lines of what the program says are kept of a shard.
LINES = 12


class Job(NamedTuple):
    """What every task needs to know."""

    logs: str
    dataset: str
    shards: int
    program: str
    memory: str | None
    files_from: str | None
    version: str
    attempts: int


class Done(NamedTuple):
    """What a shard did. `status` is that of the program, or what kept it from running; `said` its last lines."""

    shard: str
    host: str
    attempt: int
    seconds: float
    runs: int
    files: int
    status: str
    said: str

    def failed(self):
        return self.status not in ("0", str(UNREADABLE))


def local(program):
    """Where the program is on this machine: what `spark-submit --files` brought along comes first."""
    brought = os.path.join(SparkFiles.getRootDirectory(), program)
    return brought if os.path.isfile(brought) else program


def version(program):
    """What `--version` says."""
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()


def ingest(number, attempt, cpus, job):
    """Measures a shard on so many processors of this machine."""
    shard, began = f"{number}/{job.shards}", time.monotonic()

    def done(status, said="", runs=0, files=0):
        seconds = time.monotonic() - began
        return Done(shard, socket.gethostname(), attempt, seconds, runs, files, status, said)

    try:
        program = local(job.program)
        here = version(program)
        if here != job.version:
            # Nothing was written yet. Of one version but with other types in it, the program itself refuses the dataset.
            return done("refused", f"{job.program} is {here!r} here, {job.version!r} on the driver")
        # Not --quiet: that leaves out which logs could not be read.
        command = [program, "ingest", job.logs, "-o", job.dataset, "--shard", shard, "--strict", "--jobs", str(cpus)]
        command += ["--memory", job.memory] if job.memory else []
        command += ["--files-from", job.files_from] if job.files_from else []
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    except (OSError, subprocess.CalledProcessError) as error:
        return done("not run", str(error))

    status = f"signal {-ended.returncode}" if ended.returncode < 0 else str(ended.returncode)
    # A folder of several campaigns has a dataset for each, with a part of this shard, and a line that counts its runs.
    runs = sum(map(int, re.findall(r"^(\d+) runs(?: of shard \S+)? → ", ended.stderr, re.MULTILINE)))
    part = f"part-{number:0{len(str(job.shards))}}-of-{job.shards}"
    folder = glob.escape(job.dataset)
    files = len(glob.glob(f"{folder}/{part}/*") + glob.glob(f"{folder}/*/{part}/*"))
    said = [line for line in ended.stderr.splitlines() if status != "0" and not line.startswith("note: ")]
    return done(status, "\n".join(said[-LINES:]), runs, files)


def task(numbers, job):
    """Measures the shards of a partition, of which there is one.

    A failure is an exception, so that Spark tries again, if it can on another machine. The last time it is a row like the
    others: an exception would end the job, with the other shards, and take the table along.
    """
    context = TaskContext.get()
    attempt = context.attemptNumber() + 1
    for number in numbers:
        done = ingest(number, attempt, context.cpus(), job)
        if done.failed() and done.status != str(WRONG) and attempt < job.attempts:
            raise RuntimeError(f"shard {done.shard} on {done.host}: {done.status}: {done.said}")
        yield done


def attempts(context):
    """How often Spark tries a task. With a master like `local[2,4]` that is its second number, whatever is set."""
    of_local = re.fullmatch(r"local(?:\[[^],]*(?:,\s*(\d+)\s*)?\])?", context.master)
    return int(of_local[1] or 1) if of_local else int(context.getConf().get("spark.task.maxFailures", "4"))


def table(rows):
    """Rows as text, then what was said, once: every shard reads all logs and says the same of them."""
    cells = [("shard", "host", "attempt", "seconds", "runs", "files", "status")]
    cells += [(*map(str, row[:3]), f"{row.seconds:.2f}", *map(str, row[4:7])) for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells)]
    lines = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in cells]
    by_text = {}
    for row in rows:
        for line in row.said.splitlines():
            # That line counts the runs of a part, which the table has.
            if " runs of shard " not in line:
                by_text.setdefault(line, []).append(row.shard)
    for line, shards in by_text.items():
        lines.append(f"{'all' if len(shards) == len(rows) else ', '.join(shards)}: {line}")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(prog="spark.py", description="Measure a campaign in shards, each a task of Spark.")
    parser.add_argument("logs", metavar="LOGS", help="folder that all machines see under this path")
    parser.add_argument("dataset", metavar="DATASET", help="the same, where they may write; not below LOGS")
    parser.add_argument("--shards", type=int, required=True, metavar="N", help="so many parts, from 1 to 9999")
    parser.add_argument("--program", default="stillstand", metavar="PATH", help="the program, or its name in --files")
    parser.add_argument("--memory", metavar="SIZE", help="of a shard, such as 2G; several run on a machine at once")
    parser.add_argument("--files-from", metavar="FILE", help="read only the logs that it names, one absolute path a line")
    args = parser.parse_args()
    if not 1 <= args.shards <= 9999:
        parser.error("--shards: from 1 to 9999")

    context = SparkContext(appName="stillstand ingest")
    try:
        program = local(args.program)
        # Workers have another folder to work in.
        logs, dataset = os.path.abspath(args.logs), os.path.abspath(args.dataset)
        listed = args.files_from and os.path.abspath(args.files_from)
        job = Job(logs, dataset, args.shards, args.program, args.memory, listed, version(program), attempts(context))
        numbers = context.parallelize(range(1, args.shards + 1), args.shards)
        rows = numbers.mapPartitions(lambda numbers: task(numbers, job)).collect()
        print(table(rows), flush=True)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"error: the driver cannot run the program: {error}")
    except Py4JJavaError as error:
        # Machines were lost as often as tasks may fail. What they finished is there.
        print(f"error: Spark gave up: {error.java_exception}", file=sys.stderr)
        rows = []
    # On the driver: what is there now, whoever wrote it.
    complete = subprocess.run([program, "dataset", dataset]).returncode == 0
    context.stop()
    sys.exit(0 if complete and rows and not any(row.failed() for row in rows) else 1)


if __name__ == "__main__":
    main()
