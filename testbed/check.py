#!/usr/bin/env python3
"""Is a recording plausible? check.py FOLDER prints what each method saw of each run, independent of stillstand."""

import csv
import datetime
import gzip
import json
import re
import sys
from collections import defaultdict
from pathlib import Path


def lines(folder, name):
    """The lines of a log, plain or compressed; none if it is missing."""
    for path in (folder / name, folder / f"{name}.gz"):
        if path.exists():
            return (gzip.open(path, "rt") if path.suffix == ".gz" else open(path)).read().splitlines()
    return []


def qmp(folder, name):
    """(time, arrow, message) of each line."""
    found = []
    for line in lines(folder, name):
        when, arrow, text = line.split(" ", 2)
        found.append((float(when), arrow, json.loads(text)))
    return found


def event_time(log, event, last=True):
    times = [m["timestamp"]["seconds"] + m["timestamp"]["microseconds"] / 1e6
             for _, _, m in log if m.get("event") == event]
    return times[-1 if last else 0] if times else None


def check(folder, run):
    source, target = (qmp(folder, f"{run}qmp-{host}.log") for host in ("source", "target"))
    request = next(t for t, arrow, m in source if arrow == "->" and m["execute"] == "migrate")
    infos = [m["return"] for _, arrow, m in source if arrow == "<-" and isinstance(m.get("return"), dict)
             and "status" in m["return"] and "singlestep" not in m["return"]]
    last = infos[-1]
    row = {"status": last["status"]}
    row["duration"] = last.get("total-time", None)
    if row["duration"] is not None:
        row["duration"] /= 1000
    row["qmp"] = last["downtime"] / 1000 if last["status"] == "completed" else None
    stop, resume = event_time(source, "STOP"), event_time(target, "RESUME")
    row["stop"] = stop - request if stop else None
    row["events"] = resume - stop if stop and resume else None
    row["passes"] = last.get("ram", {}).get("dirty-sync-count")

    # What QEMU says it has sent, of a migration without end by its last report, and what went over lo: both in MB.
    row["sent"] = max((i["ram"]["transferred"] for i in infos if "ram" in i), default=0) / 1e6
    rows = list(csv.reader(lines(folder, f"{run}dstat-testbed.csv")))
    start = next(i for i, r in enumerate(rows) if "net/lo:recv" in r)
    lo = rows[start].index("net/lo:recv")
    row["lo"] = sum(float(b[lo]) * (float(b[0]) - float(a[0])) for a, b in zip(rows[start + 1:], rows[start + 2:])) / 1e6
    row["lo/sent"] = row["lo"] / row["sent"]

    replies = {}
    sent = None
    for line in lines(folder, f"{run}ping.log"):
        if found := re.match(r"\[(\d+\.\d+)\] 64 bytes .* icmp_seq=(\d+) .* time=([\d.]+) ms", line):
            replies.setdefault(int(found[2]), (float(found[1]), float(found[3])))
        elif found := re.match(r"(\d+) packets transmitted", line):
            sent = int(found[1])
    seqs = sorted(replies)
    interval = ((replies[seqs[-1]][0] - replies[seqs[0]][0]) / (seqs[-1] - seqs[0]))
    row["interval"] = interval
    after = [(b - a - 1, a) for a, b in zip(seqs, seqs[1:]) if replies[b][0] >= request]
    row["ping"] = max(after)[0] * interval
    row["ping_at"] = replies[max(after)[1]][0] - request if max(after)[0] else None
    row["lost"] = sent - len(replies)
    arrivals = sorted(t for t, _ in replies.values())
    row["gap"] = max(b - a for a, b in zip(arrivals, arrivals[1:]) if b >= request) - interval
    row["late"] = max(rtt for _, rtt in replies.values())
    row["after"] = arrivals[-1] - (resume or request + (row["duration"] or 0))
    row["before"] = request - arrivals[0]

    stamps = lines(folder, f"{run}zeit.log")
    day = datetime.datetime.strptime(stamps[0], "%a %b %d %H:%M:%S UTC %Y").replace(
        hour=0, minute=0, second=0, tzinfo=datetime.timezone.utc).timestamp()
    clock = []
    for stamp in stamps[1:]:
        h, m, s = stamp.replace(",", ".").split(":")
        clock.append(day + int(h) * 3600 + int(m) * 60 + float(s))
    steps = sorted(b - a for a, b in zip(clock, clock[1:]))
    row["step"] = steps[-1]
    row["p50"], row["p99"] = steps[len(steps) // 2], steps[int(len(steps) * 0.99)]
    row["stamps"] = len(clock)
    # How long the clock was behind at the end: stamps end when ping does, less a little.
    row["behind"] = arrivals[-1] - clock[-1]
    return row


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    runs = defaultdict(list)  # of a condition: (repetition, what the names of its logs begin with)
    for path in folder.glob("**/*ping.log*"):
        prefix = str(path.relative_to(folder)).removesuffix(".gz").removesuffix("ping.log")
        if not lines(folder, f"{prefix}zeit.log"):  # zeit is written last: a run without it is not complete
            continue
        condition, number = re.fullmatch(r"(.*?)/?(\d+)[-/]", prefix).groups()
        runs[condition].append((int(number), prefix))
    columns = ["status", "duration", "stop", "qmp", "events", "ping", "gap", "step", "p50", "p99", "late", "lost", "ping_at",
               "interval", "passes", "sent", "lo", "lo/sent", "before", "after", "behind"]
    print(f"{'run':17}" + "".join(f"{c:>10}" for c in columns))
    # Numbers in names by their value.
    order = sorted(runs, key=lambda name: re.sub(r"\d+", lambda number: number[0].zfill(9), name))
    table = {condition: [(number, check(folder, prefix)) for number, prefix in sorted(runs[condition])] for condition in order}
    for condition in order:
        for number, row in table[condition]:
            print(f"{f'{condition} {number}':17}" + "".join(
                f"{'-' if row[c] is None else row[c] if isinstance(row[c], (int, str)) else format(row[c], '.3f'):>10}"
                for c in columns))
    print()
    for condition in order:
        for method in ("duration", "qmp", "events", "ping", "gap", "step", "lo/sent"):
            values = [v for _, row in table[condition] if (v := row[method]) is not None]
            if values:
                print(f"{condition:17}{method:8} mean {sum(values) / len(values):7.3f}  "
                      f"min {min(values):7.3f}  max {max(values):7.3f}  n {len(values)}")
