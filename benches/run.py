"""Measures everything that docs/performance.md tells, in one run, and writes its tables.

    cargo build --release --workspace --examples && cargo build --release
    PYTHON benches/run.py [--program PATH] [--write] [--turns 5] [--most 10000] [PART ...]

PYTHON has pandas, polars, duckdb and matplotlib; gawk, mawk and valgrind are installed. What is missing is named in its
row. Parts: reports, growth, parsers, readers, figures, instructions, limits; all of them unless some are named.
With --write the tables take their places between the markers of docs/performance.md, and growth its figure.
Every row is the median of so many turns after one that warms the file cache (of one turn nothing is warmed), with the
least and the greatest behind it; rows that are compared are measured in turn.
"""

import argparse
import importlib.metadata
import os
import pathlib
import platform
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import repetitions

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
PAGE = ROOT / "docs" / "performance.md"
SAMPLE = ROOT / "sample-data" / "xen-live-migration"
RUNS = (10, 100, 1_000, 10_000)


class Measured:
    """Processes of one command: wall seconds, CPU seconds, MiB of memory."""

    def __init__(self, command, prepare=lambda: None):
        self.command, self.prepare, self.turns = [str(part) for part in command], prepare, []
        self.missing = shutil.which(self.command[0]) is None

    def turn(self):
        self.prepare()
        begin = time.perf_counter()
        process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        told = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{' '.join(self.command)}: {told.decode()}")
        wall = time.perf_counter() - begin
        self.turns.append((wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024))

    def middle(self, column):
        return statistics.median(turn[column] for turn in self.turns)

    def spread(self, column):
        """`1.20 s (1.15–1.31)`"""
        values = [turn[column] for turn in self.turns]
        return f"{self.middle(column):.2f} s ({min(values):.2f}–{max(values):.2f})"

    def cells(self):
        if self.missing:
            return ["not installed", "", ""]
        return [self.spread(0), self.spread(1), f"{self.middle(2):.0f} MiB"]


def in_turn(all_measured, turns):
    present = [measured for measured in all_measured if not measured.missing]
    for measured in present if turns > 1 else []:
        measured.turn()
        measured.turns.clear()
    for _ in range(turns):
        for measured in present:
            measured.turn()


def ratio(of, to, column=1):
    """CPU time against another's, turn by turn: `2.0 (1.9–2.2)`"""
    if of.missing:
        return ""
    ratios = [a[column] / b[column] for a, b in zip(of.turns, to.turns)]
    return f"{statistics.median(ratios):.1f} ({min(ratios):.1f}–{max(ratios):.1f})"


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def reports(bench):
    """The main jobs as whole processes."""
    rows = {
        "`stats --format json`": ["stats", SAMPLE, "--format", "json"],
        "`report --format html`": ["report", SAMPLE, "--format", "html"],
        "`report` (HTML and PDF)": ["report", SAMPLE],
        "`report --jobs 1`": ["report", SAMPLE, "--jobs", "1"],
        "`report sample-data --format html` (11 campaigns)": ["report", SAMPLE.parent, "--format", "html"],
        "`report sample-data`": ["report", SAMPLE.parent],
    }
    measured = {name: bench.run(*arguments) for name, arguments in rows.items()}
    in_turn(measured.values(), bench.turns)
    return table(["command", "wall", "CPU", "peak memory"], [[name, *of.cells()] for name, of in measured.items()])


def growth(bench):
    """`stats` and `report` of ever more runs, and a figure of both."""
    rows, curves = [], {"stats": [], "report": []}
    for runs in bench.runs:
        folder = bench.folder / f"runs-{runs}"
        repetitions.make(folder, runs // 5)
        turns = bench.turns if runs <= 1_000 else 1
        for name, arguments in {"stats": ["stats", folder, "--format", "json"], "report": ["report", folder]}.items():
            of = bench.run(*arguments)
            in_turn([of], turns)
            curves[name].append(of)
            grown = f"{of.middle(1) / curves[name][-2].middle(1):.1f}" if runs > bench.runs[0] else ""
            rows.append([f"{runs:,}".replace(",", " "), f"`{name}`", *of.cells(), grown])
        shutil.rmtree(folder)
    bench.draw_growth(curves)
    return table(["runs", "command", "wall", "CPU", "peak memory", "CPU, of ten times fewer"], rows)


def parsers(bench):
    """The example `throughput`, which measures every format in memory."""
    example = TARGET / "examples" / "throughput"
    printed = subprocess.run([example, "32"], capture_output=True, text=True, check=True).stdout
    rows = [re.split(r"\s{2,}", line.strip()) for line in printed.splitlines()]
    return table(rows[0], rows[1:])


def large_log(path):
    """Two million rows, some 230 MB, after the head of a real file."""
    draw = random.Random(1)
    head = (SAMPLE / "none1-dstat-kirsche.test").read_text().split("\n")[:7]
    with open(path, "w") as out:
        out.write("\n".join(head) + "\n")
        for i in range(2_000_000):
            cpu = f"{draw.random() * 5:.3f},{draw.random() * 9:.3f},{90 - draw.random() * 9:.3f},0.0,{draw.random():.3f},0.500"
            memory = f"{150_000_000 + i % 100_000}.0,33333248.0,424394752.0,443150336.0"
            network = f"{draw.randint(0, 5_000_000)}.0,{draw.randint(0, 5_000_000)}.0"
            out.write(f"{1264510987 + i}.011,{cpu},{memory},{network}\n")
    return path


def readers(bench):
    """One large log against what people read such files with, and against reading it as bytes."""
    log = large_log(bench.folder / "dstat.csv")
    python = lambda code: Measured([sys.executable, "-c", code])
    mean = "NR > 7 { sum += $12; n++ } END { print sum / n }"
    query = f"select avg(recv) from read_csv('{log}', skip=6, header=true)"
    measured = {
        ("stillstand", "all columns, checked"): Measured([bench.program, "inspect", log]),
        ("pandas", "all columns"): python(f"import pandas; pandas.read_csv('{log}', skiprows=6)['recv'].mean()"),
        ("polars", "all columns, all threads"): python(f"import polars; polars.read_csv('{log}', skip_rows=6)['recv'].mean()"),
        ("DuckDB", "one column, all threads"): python(f'import duckdb; duckdb.sql("{query}").fetchall()'),
        ("gawk", "one column"): Measured(["gawk", "-F,", mean, log]),
        ("mawk", "one column"): Measured(["mawk", "-F,", mean, log]),
        ("`wc -l`", "its lines: the limit"): Measured(["wc", "-l", log]),
    }
    in_turn(measured.values(), bench.turns)
    log.unlink()
    first = next(iter(measured.values()))
    rows = [[name, what, *of.cells(), ratio(of, first)] for (name, what), of in measured.items()]
    return table(["program", "what it reads", "wall", "CPU", "memory", "CPU, of stillstand's"], rows)


DRAW = """
import matplotlib, pathlib, sys
matplotlib.use("agg")
import matplotlib.pyplot as pyplot, polars
data, out, kind = sys.argv[1:]
for path in sorted(pathlib.Path(data).glob("*.parquet"))[:63]:
    curve = polars.read_parquet(path)
    figure, axes = pyplot.subplots(figsize=(6.7, 2.6))
    axes.plot(curve["t_s"], curve["mean"])
    axes.fill_between(curve["t_s"], curve["ci95_low"].cast(float), curve["ci95_high"].cast(float), alpha=0.3)
    figure.savefig(pathlib.Path(out) / f"{path.stem}.{kind}")
    pyplot.close(figure)
"""


def figures(bench):
    """63 curves by matplotlib against whole reports that hold 63 figures."""
    data, out = bench.folder / "for-figures", bench.folder / "figures"
    subprocess.run([bench.program, "report", SAMPLE, "-o", data, "-q", "--format", "html"], check=True)
    out.mkdir()
    draw = lambda kind: Measured([sys.executable, "-c", DRAW, data / "data", out, kind])
    measured = {
        "`report --format html`: logs, statistics, 63 figures, 165 curves, tables": bench.run("report", SAMPLE, "--format", "html"),
        "`report`: the PDF as well": bench.run("report", SAMPLE),
        "matplotlib: 63 of these curves as SVG": draw("svg"),
        "matplotlib: 63 of these curves as PDF": draw("pdf"),
    }
    in_turn(measured.values(), bench.turns)
    first = next(iter(measured.values()))
    rows = [[name, *of.cells(), ratio(of, first)] for name, of in measured.items()]
    return table(["what", "wall", "CPU", "memory", "CPU, of the first"], rows)


def instructions(bench):
    """What valgrind counts, which no other process changes: of whole commands by one thread, and of single logs."""
    if shutil.which("valgrind") is None:
        return "valgrind is not installed."

    def counted(*arguments):
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={os.devnull}", *bench.command(*arguments)]
        told = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True).stderr
        return int(re.search(r"Collected : (\d+)", told)[1])

    stages = [
        ("nothing: `--version`", ["--version"]),
        ("reading, measuring, statistics: `stats`", ["stats", SAMPLE, "--format", "json", "--jobs", "1"]),
        ("and figures, HTML, data: `report --format html`", ["report", SAMPLE, "--format", "html", "--jobs", "1"]),
        ("and the PDF: `report`", ["report", SAMPLE, "--jobs", "1"]),
    ]
    rows, before = [], 0
    for name, arguments in stages:
        count = counted(*arguments)
        rows.append([name, f"{count / 1e6:.0f} million", f"{(count - before) / 1e6:.0f} million"])
        before = count
    for log in sorted(SAMPLE.glob("none1-*")):
        count, size = counted("inspect", log), log.stat().st_size
        rows.append([f"`inspect {log.name}` ({size:,} bytes)".replace(",", " "), f"{count / 1e6:.1f} million", ""])
    return table(["command", "instructions", "more than the one above"], rows)


def limits(bench):
    """What the machine can do at best, and how far the program is from it."""
    size = 256 << 20
    source = bytes(size)
    copies = []
    for _ in range(5):
        begin = time.process_time()
        bytearray(source)
        copies.append(size / (time.process_time() - begin) / 1e9)
    small, whole = bench.folder / "small", bench.folder / "whole"
    small.mkdir()
    shutil.copy(SAMPLE / "none1-ping.test", small)
    subprocess.run([bench.program, "report", SAMPLE, "-o", whole, "-q"], check=True)
    copied = bench.folder / "copied"
    nothing, html, pdf = bench.run("--version"), bench.run("report", small, "--format", "html"), bench.run("report", small)
    copy = Measured(["sh", "-c", f"cp -r {whole} {copied} && sync -f {copied}"], lambda: shutil.rmtree(copied, True))
    report = bench.run("report", SAMPLE)
    in_turn([nothing, html, pdf, copy, report], bench.turns)
    cells = lambda of: [of.spread(0), of.spread(1)]
    rows = [
        ["copying memory, one thread", "", f"{statistics.median(copies):.1f} GB/s ({min(copies):.1f}–{max(copies):.1f})"],
        ["starting the program: `--version`", *cells(nothing)],
        ["the smallest report: one log, HTML", *cells(html)],
        ["and its PDF: the typesetter with hardly a document", *cells(pdf)],
        ["`cp -r` of the folder of the sample report, and waiting for the disk", *cells(copy)],
        ["that report, whole", *cells(report)],
    ]
    return table(["what", "wall", "CPU"], rows)


class Bench:
    def __init__(self, arguments, folder):
        self.program, self.writes, self.turns = arguments.program, arguments.write, arguments.turns
        self.runs = [runs for runs in RUNS if runs <= arguments.most]
        self.folder = folder

    def command(self, verb, *arguments):
        out = ["-o", self.folder / "report", "--force"] if verb == "report" else []
        quiet = ["--quiet"] if verb in ("report", "stats") else []
        return [self.program, verb, *arguments, *out, *quiet]

    def run(self, *arguments):
        return Measured(self.command(*arguments))

    def draw_growth(self, curves):
        if not self.writes:
            return
        import matplotlib

        matplotlib.use("svg")
        matplotlib.rcParams.update({"svg.hashsalt": "stillstand", "svg.fonttype": "none"})
        import matplotlib.pyplot as pyplot

        figure, (left, right) = pyplot.subplots(1, 2, figsize=(8, 3), layout="constrained")
        for name, measured in curves.items():
            left.loglog(self.runs, [of.middle(1) for of in measured], "o-", label=f"{name}: CPU time, s")
            right.loglog(self.runs, [of.middle(2) for of in measured], "o-", label=f"{name}: peak memory, MiB")
        for axes in (left, right):
            axes.set_xlabel("runs")
            axes.grid(alpha=0.3)
            axes.legend(frameon=False)
        figure.savefig(ROOT / "docs" / "images" / "growth.svg", metadata={"Date": None})


def machine(program):
    """Where and with what all this was measured."""
    cpu = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())[1]
    memory = int(re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text())[1]) / (1 << 20)
    told = lambda *command: subprocess.run(command, capture_output=True, text=True).stdout.split("\n")[0]
    versions = [told(program, "--version"), told("rustc", "--version"), f"Python {platform.python_version()}"]
    for package in ("pandas", "polars", "duckdb", "matplotlib"):
        try:
            versions.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            versions.append(f"no {package}")
    load = os.getloadavg()[0]
    busy = "nothing else ran that counts" if load < 0.5 else f"other work ran beside it: {load:.1f} tasks on average at the start"
    return (
        f"{time.strftime('%Y-%m-%d')}, {cpu}, {os.cpu_count()} processors, {memory:.0f} GiB, Linux {platform.release()}; "
        f"{busy}. {', '.join(versions)}."
    )


def main():
    parts = {part.__name__: part for part in (reports, growth, parsers, readers, figures, instructions, limits)}
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--program", type=pathlib.Path, default=TARGET / "stillstand")
    arguments.add_argument("--write", action="store_true")
    arguments.add_argument("--turns", type=int, default=5)
    arguments.add_argument("--most", type=int, default=RUNS[-1], help="runs, for growth")
    arguments.add_argument("parts", nargs="*", choices=[*parts, []], metavar="PART")
    chosen = arguments.parse_args()
    told = {"machine": machine(chosen.program)}
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(chosen, pathlib.Path(folder))
        for name in chosen.parts or parts:
            told[name] = parts[name](bench)
            print(f"\n{name}\n\n{told[name]}", flush=True)
    if chosen.write:
        page = PAGE.read_text()
        for name, text in told.items():
            place = re.compile(rf"(<!-- {name} -->\n).*?(<!-- / -->)", re.S)
            page = place.sub(lambda found: f"{found[1]}\n{text}\n\n{found[2]}", page)
        PAGE.write_text(page)


main()
