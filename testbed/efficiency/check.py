#!/usr/bin/env python3
"""What was measured, computed without stillstand: check.py FOLDER

A line for each test and condition: mean (least - greatest) of all repetitions and machines; and how much of the value
of native/single that is, repetition by repetition.
"""

import csv
import json
import re
import sys
from collections import defaultdict
from pathlib import Path
from statistics import mean


def value(path):
    """The main value of a log, and its unit."""
    text = path.read_text()
    if path.suffix == ".json":
        log = json.loads(text[text.index("{"):])
        if "error" in log:
            raise ValueError(log["error"])
        if "jobs" in log:
            return max(log["jobs"][0][way]["bw_bytes"] for way in ("read", "write")) / 1e6, "MB/s"
        return log["end"]["sum_received"]["bits_per_second"] / 1e9, "Gbit/s"
    for pattern, unit in ((r"events per second: +(\S+)", "events/s"), (r"transferred \((\S+) MiB/sec\)", "MiB/s"),
                          (r"^Triad: +(\S+)", "MB/s (triad)")):
        if found := re.search(pattern, text, re.M):
            return float(found[1]), unit
    events = int(re.search(r"total number of events: +(\S+)", text)[1])
    return events / float(re.search(r"total time: +(\S+)s", text)[1]), "events/s"


def main(folder):
    values = defaultdict(lambda: defaultdict(list))
    units = {}
    for path in sorted(folder.glob("*/*/*/*.*")):
        mode, context, repetition, name = path.relative_to(folder).parts
        test = re.sub(r"^vm\d+-", "", path.stem)
        try:
            number, units[test] = value(path)
        except (ValueError, TypeError, KeyError) as error:
            print(f"{path}: {error}")
            continue
        values[test, f"{mode}/{context}"][int(repetition)].append(number)
    for (test, condition), rounds in sorted(values.items()):
        every = [number for numbers in rounds.values() for number in numbers]
        native = values.get((test, "native/single"), {})
        shares = [100 * mean(numbers) / native[repetition][0] for repetition, numbers in rounds.items()
                  if repetition in native]
        share = f"{mean(shares):6.1f} % ({min(shares):.1f} - {max(shares):.1f})" if shares else ""
        print(f"{test:22} {condition:21} n={len(every):<3} {mean(every):10.2f} "
              f"({min(every):.2f} - {max(every):.2f}) {units[test]:9} {share}")
    with open(folder / "runs.csv", encoding="utf-8") as file:
        bad = [row for row in csv.DictReader(file) if row["outcome"] != "exit 0"]
    for row in bad:
        print(f"{row['file']}: {row['outcome']}")
    print(f"{len(bad)} failed")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
