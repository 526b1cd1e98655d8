"""`spark.py` with two workers on this machine, on some runs of the sample data: in local mode, and on a standalone cluster.

    .ci/spark                         # makes an environment for them
    pytest scale/test_spark.py        # in an environment with pyspark 4, and with Java 17 or later

The program is that of the environment variable STILLSTAND, else `stillstand` on the path.
"""

import os
import re
import shutil
import subprocess
import sys
import time
import types
import warnings
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
JOB = ROOT / "scale" / "spark.py"
SAMPLE = ROOT / "sample-data" / "xen-live-migration"
PROGRAM = os.environ.get("STILLSTAND") or shutil.which("stillstand")


def lacks():
    """What there is not here that the tests need."""
    try:
        import pyspark  # noqa: F401
    except ImportError:
        return "there is no pyspark"
    java = Path(os.environ["JAVA_HOME"], "bin", "java") if "JAVA_HOME" in os.environ else "java"
    if not shutil.which(java):
        return "there is no Java"
    return None if PROGRAM else "there is no stillstand on the path, nor in STILLSTAND"


if missing := lacks():
    # Also a warning: pytest does not show why it skips.
    warnings.warn(f"NOT TESTED: scale/spark.py, because {missing}")
    pytest.skip(f"NOT TESTED: {missing}", allow_module_level=True)


# Spark, and Python on the workers, are those of the environment that runs this, whatever the path has.
import pyspark  # noqa: E402

ENVIRONMENT = {
    "SPARK_HOME": str(Path(pyspark.__file__).parent),
    "PYSPARK_PYTHON": sys.executable,
    "PYSPARK_DRIVER_PYTHON": sys.executable,
    **os.environ,
}


def stillstand(*arguments, cwd=None):
    return subprocess.run([PROGRAM, *map(str, arguments)], cwd=cwd, check=True, capture_output=True).stdout


def spark_program(name):
    return str(Path(ENVIRONMENT["SPARK_HOME"], "bin", name))


def spark(master, program, logs, dataset, shards):
    """Runs the job; returns its exit status, the rows of its table by their shard, and all that it printed."""
    command = [spark_program("spark-submit"), "--master", master]
    command += ["--conf", "spark.ui.enabled=false", "--conf", "spark.driver.host=localhost"]
    command += [JOB, logs.name, dataset.name, "--shards", str(shards), "--program", program]
    # From the folder above the logs: tasks work in another one than the driver.
    ended = subprocess.run(command, cwd=logs.parent, capture_output=True, text=True, timeout=480, env=ENVIRONMENT)
    lines = [line.split() for line in ended.stdout.splitlines() if re.match(rf"\d+/{shards} ", line)]
    heads = ["shard", "host", "attempt", "seconds", "runs", "files", "status"]
    rows = {line[0]: dict(zip(heads, [*line[:6], " ".join(line[6:])], strict=True)) for line in lines}
    return ended.returncode, rows, ended.stdout + ended.stderr


def wrapper(path, text):
    """A program in front of the real one."""
    path.write_text(f'#!/bin/sh\nmarks="{path}.marks"\nmkdir -p "$marks"\n{text}\nexec "{PROGRAM}" "$@"\n')
    path.chmod(0o755)
    return path


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def logs(tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    shutil.copy(SAMPLE / "campaign.toml", folder)
    for run in ["none1", "none2", "memtester1", "memtester2", "iometer1"]:
        for log in SAMPLE.glob(f"{run}-*"):
            shutil.copy(log, folder)
    return folder


def test_shards_whose_first_attempt_is_killed_are_retried_and_give_the_bytes_of_one_process(logs, tmp_path):
    killed = wrapper(tmp_path / "killed", 'test "$1" != ingest || ! mkdir "$marks/${6%/*}" || kill -9 $$')
    status, rows, printed = spark("local[2,4]", killed, logs, tmp_path / "spark", 3)
    assert status == 0, printed
    assert [(row["attempt"], row["files"], row["status"]) for row in rows.values()] == [("2", "6", "0")] * 3, printed
    assert sum(int(row["runs"]) for row in rows.values()) == 5
    assert printed.count("signal 9") >= 3

    for number in 1, 2, 3:
        stillstand("ingest", logs, "-o", tmp_path / "one", "--shard", f"{number}/3", "--quiet")
    made, expected = files(tmp_path / "spark"), files(tmp_path / "one")
    assert len(made) == 4 + 3 * 6
    assert made == expected
    stats = [stillstand("stats", folder, "--format", "json", "--quiet") for folder in (tmp_path / "spark", logs)]
    assert stats[0] == stats[1]


@pytest.fixture
def cluster(tmp_path):
    """The address of a standalone cluster: a master and two workers of one processor each."""
    started, folder = [], tmp_path / "cluster"
    folder.mkdir()
    environment = {**ENVIRONMENT, "SPARK_DAEMON_MEMORY": "256m", "SPARK_LOCAL_DIRS": str(folder)}

    def start(name, role, *arguments):
        """Starts a daemon, waits until its log says that it is ready, and returns what the log names there."""
        log = folder / f"{name}.log"
        command = [spark_program("spark-class"), f"org.apache.spark.deploy.{role.lower()}.{role}", "--host", "localhost"]
        with log.open("w") as out:
            daemon = subprocess.Popen(
                [*command, "--port", "0", "--webui-port", "0", *arguments], stdout=out, stderr=out, env=environment
            )
        started.append(daemon)
        ready = {"Master": r"Starting Spark master at (\S+)", "Worker": r"registered with master (\S+)"}[role]
        until = time.monotonic() + 180
        while not (found := re.search(ready, log.read_text())):
            assert daemon.poll() is None and time.monotonic() < until, log.read_text()
            time.sleep(0.1)
        return found[1]

    try:
        master = start("master", "Master")
        for name in ["one", "two"]:
            start(name, "Worker", "--cores", "1", "--memory", "1g", "--work-dir", str(folder / name), master)
        yield master
    finally:
        for daemon in reversed(started):
            daemon.terminate()
            daemon.wait()


def test_a_cluster_of_which_an_executor_is_killed_gives_the_bytes_of_one_process(logs, tmp_path, cluster):
    # The first to come takes the executor away that runs it, which is the next Java above it.
    killed = wrapper(
        tmp_path / "killed",
        """if [ "$1" = ingest ] && mkdir "$marks/first" 2>/dev/null; then
             of=$$
             until ps -o comm= -p $of | grep -q java; do of=$(ps -o ppid= -p $of | tr -d " "); done
             kill -9 $of
             exit 1
           fi""",
    )
    status, rows, printed = spark(cluster, killed, logs, tmp_path / "spark", 4)
    assert status == 0, printed
    assert (killed.with_name("killed.marks") / "first").is_dir()
    assert [row["status"] for row in rows.values()] == ["0"] * 4, printed
    assert sorted(row["attempt"] for row in rows.values()) == ["1", "1", "1", "2"], printed
    assert "Lost executor" in printed

    for number in 1, 2, 3, 4:
        stillstand("ingest", logs, "-o", tmp_path / "one", "--shard", f"{number}/4", "--quiet")
    made, expected = files(tmp_path / "spark"), files(tmp_path / "one")
    assert len(made) == 4 + 4 * 6
    assert made == expected
    stillstand("verify", tmp_path / "spark", "--quiet")


def test_a_worker_with_another_version_writes_nothing(logs, tmp_path):
    # The first to ask is the driver.
    other = wrapper(
        tmp_path / "other",
        'if [ "$1" = --version ] && ! mkdir "$marks/driver" 2>/dev/null; then echo stillstand 9.9.9; exit; fi',
    )
    status, rows, printed = spark("local[2]", other, logs, tmp_path / "spark", 2)
    assert status == 1
    assert [row["status"] for row in rows.values()] == ["refused"] * 2, printed
    assert re.search(r"is 'stillstand 9\.9\.9' here, 'stillstand \d.*' on the driver", printed)
    assert not (tmp_path / "spark").exists()


def test_what_fails_for_good_is_missing_and_what_cannot_be_read_is_named(logs, tmp_path):
    (logs / "none1-ping.test").write_bytes(b"\0\1\2")
    fails = wrapper(tmp_path / "fails", 'if [ "$6" = 2/3 ]; then echo "error: no room" >&2; exit 1; fi')
    status, rows, printed = spark("local[2,2]", fails, logs, tmp_path / "spark", 3)
    assert status == 1
    outcome = {shard: (row["attempt"], row["files"], row["status"]) for shard, row in rows.items()}
    assert outcome == {"1/3": ("1", "6", "3"), "2/3": ("2", "0", "1"), "3/3": ("1", "6", "3")}, printed
    assert re.search(r"^1/3, 3/3: error: none1-ping\.test: ", printed, re.MULTILINE)
    assert re.search(r"^2/3: error: no room$", printed, re.MULTILINE)
    assert re.search(r"^  missing +2/3$", printed, re.MULTILINE)
    # The shard alone, later, makes it complete: with the run whose log cannot be read.
    stillstand("ingest", logs, "-o", tmp_path / "spark", "--shard", "2/3", "--quiet")
    assert re.search(rb"^  runs +5 of 5$", stillstand("dataset", tmp_path / "spark"), re.MULTILINE)


def test_how_often_a_task_is_tried_depends_on_the_master():
    job = types.ModuleType("job")
    exec(compile(JOB.read_text(), JOB, "exec"), job.__dict__)

    def attempts(master, **settings):
        settings = {name.replace("_", "."): value for name, value in settings.items()}
        conf = types.SimpleNamespace(get=settings.get)
        return job.attempts(types.SimpleNamespace(master=master, getConf=lambda: conf))

    assert [attempts(master) for master in ("local", "local[2]", "local[*, 3]", "local[2,4]")] == [1, 1, 3, 4]
    assert [attempts(master) for master in ("yarn", "spark://a:7077", "local-cluster[2,1,1024]")] == [4, 4, 4]
    assert attempts("yarn", spark_task_maxFailures="7") == 7
