#!/usr/bin/env python3
"""Do the lines that `evidence[]` names hold the numbers?

    check.py SEED COUNT SUMMARY CAMPAIGN [SUMMARY CAMPAIGN ...]

Takes COUNT entries at random, and reads the lines that they name by itself: it knows nothing of the parsers. The time
between two replies is their outage, the difference of two stamps the step of a clock, a figure of a hypervisor is
written in its answer, the value of a benchmark in its line. Prints what was checked, by kind; says of each entry that
does not hold why, and ends with 1 then. Standard library only.
"""

import collections
import datetime
import gzip
import hashlib
import json
import os
import random
import re
import sys

PLAIN = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
COMMA = re.compile(r"(?<![\d,])-?\d+,\d+(?![\d,])")
# Units that values are written in, of seconds, bytes and rates.
SCALES = [1, 1e-3, 1e-6, 1e-9, 1e3, 1e6, 1e9, 1024, 1024**2, 1024**3, 4096, 0.125, 125, 125e3, 125e6, 60, 0.01, 100]


class Wrong(Exception):
    """The lines do not hold the number."""


def numbers(text):
    """Every number of a text, in its order; then what a comma in a number may mean."""
    found = [float(word) for word in PLAIN.findall(text)]
    for word in COMMA.findall(text):
        found += [float(word.replace(",", ".")), float(word.replace(",", ""))]
    return found


def near(a, b, relative=1e-6, absolute=1e-9):
    return abs(a - b) <= max(relative * max(abs(a), abs(b)), absolute)


def written(value, text, relative=1e-6):
    """Whether a number of the text is the value, in some unit."""
    return any(near(number * scale, value, relative, 1e-7) for number in numbers(text) for scale in SCALES)


def stamp(line):
    """Seconds of the first time of a line: since 1970, or of the day."""
    found = re.search(r"(?<!\d)(1\d{9})(\.\d+)?(?!\d)", line)
    if found:
        return float(found.group(0))
    found = re.search(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?", line)
    if found:
        year, month, day, hour, minute, second = map(int, found.groups()[:6])
        fraction = float("0." + found.group(7)) if found.group(7) else 0.0
        whole = datetime.datetime(year, month, day, hour, minute, second, tzinfo=datetime.timezone.utc)
        return whole.timestamp() + fraction
    found = re.search(r"(?<!\d)(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?", line)
    if found:
        fraction = float("0." + found.group(4)) if found.group(4) else 0.0
        return int(found.group(1)) * 3600 + int(found.group(2)) * 60 + int(found.group(3)) + fraction
    raise Wrong(f"no time in `{line[:80]}`")


def durations(text):
    """Every duration of a text: `0:08.87`, `1:02:03`, `0m8.870s`, and plain numbers."""
    found = numbers(text)
    for hours, minutes, seconds in re.findall(r"(?:(\d+):)?(\d+):(\d\d(?:[.,]\d+)?)", text):
        found.append(int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds.replace(",", ".")))
    for minutes, seconds in re.findall(r"(\d+)m([\d.,]+)s", text):
        found.append(int(minutes) * 60 + float(seconds.replace(",", ".")))
    return found


def sequence(line):
    """The number of a reply: of ping's own line, or of `EPOCH.COUNTER SEQ RTT`."""
    found = re.search(r"seq[= ](\d+)", line) or re.match(r"\d+\.\d+ (\d+) ", line)
    if not found:
        raise Wrong(f"no sequence number in `{line[:80]}`")
    return int(found.group(1))


def same_duration(found, value):
    return near(found, value, 0, 0.006) or near(found / 1000, value, 0, 0.0006)


class Campaign:
    """A campaign and its summary."""

    def __init__(self, summary, folder):
        with open(summary, encoding="utf-8") as file:
            self.summary = json.load(file)
        self.folder = folder
        self.runs = {run["id"]: run for run in self.summary["runs"]}
        self.files = {}
        self.by_number = collections.defaultdict(list)
        for entry in self.summary["evidence"]:
            self.by_number[entry["number"]].append(entry)

    def lines(self, name):
        if name not in self.files:
            with open(os.path.join(self.folder, name), "rb") as file:
                packed = file.read()
            data = gzip.decompress(packed) if packed[:2] == b"\x1f\x8b" else packed
            text = data.decode("utf-8", "replace").replace("\r", "")
            self.files[name] = hashlib.sha256(packed).hexdigest(), text.split("\n")
        return self.files[name]

    def value(self, run, path):
        """What stands in the run under a path; entries of lists by their method, client or kind."""
        first, _, rest = path.partition(".")
        if first == "outages":
            return next(outage for outage in run["outages"] if outage["method"] == rest)
        if first == "streams":
            client, _, field = rest.rpartition(".")
            return next(stream for stream in run["streams"] if stream["client"] == client)[field]
        if first == "milestones":
            kind, _, evidence = rest.rpartition(".")
            of = [m for m in run["milestones"] if m["kind"] == kind and m["evidence"] == evidence]
            return of[0] if of else None
        return run[first][rest]

    def check(self, entry):
        """The kind of what was checked. Raises Wrong."""
        sha256, lines = self.lines(entry["file"])
        if sha256 != entry["sha256"]:
            raise Wrong("the hash is not that of the file")
        first, last = entry["first_line"], entry["last_line"]
        if not 1 <= first <= last <= len(lines):
            raise Wrong(f"there are {len(lines)} lines")
        seen = lines[first - 1 : last]
        owner, _, path = entry["number"].partition("/")
        if owner.startswith("benchmarks["):
            return self.benchmark(int(owner[len("benchmarks[") : -1]), entry["number"])
        run = self.runs[owner]
        value = self.value(run, path)
        kind = path.split(".")[0]
        if kind == "outages":
            getattr(self, "outage_" + value["method"].replace("-", "_"))(run, value, seen)
            return path
        if kind == "streams":
            if value not in numbers("\n".join(seen)):
                raise Wrong(f"{value} is not in these lines")
            return "streams"
        if kind == "milestones":
            return self.milestone(run, path, value, seen)
        getattr(self, kind)(run, path.partition(".")[2], value, seen)
        return path

    def migration(self, run, field, value, seen):
        text = "\n".join(seen)
        if field == "status":
            # A process that ended well only says how long it took.
            words = {
                "completed": r"completed|real|elapsed|rc=0|succe|end",
                "failed": r"fail|error|exited|rc=[1-9]",
                "cancelled": "cancelled",
                "unfinished": "",
            }
            if not re.search(words[value], text):
                raise Wrong(f"nothing says {value}")
        elif field == "request_epoch_s":
            within = run["migration"]["request_resolution_s"] + 0.01
            if not any(near(number, value, 0, within) for number in numbers(text)):
                # By another clock, or as a local time: what remains is a number of half hours.
                rest = (stamp(seen[-1]) - value) % 1800
                if min(rest, 1800 - rest) > max(within, 5):
                    raise Wrong(f"{value} is not in these lines")
        elif field == "duration_s":
            if any(same_duration(found, value) for found in durations(text)):
                return
            if not near(stamp(seen[-1]) - stamp(seen[0]), value, 0, 1.0):
                raise Wrong(f"{value} s is not in these lines")

    def outage_ping(self, run, outage, seen):
        lost = run["ping"]["longest_gap_lost"]
        if outage["censored"]:
            sequence(seen[0])
            return
        gap = sequence(seen[-1]) - sequence(seen[0])
        if outage["estimate_s"] == 0:
            if len(seen) < 2:
                raise Wrong("nothing was lost, and the lines are not those of all replies")
            return
        if gap - 1 != lost:
            raise Wrong(f"{gap - 1} requests lie between the two replies, {lost} were lost")
        apart = stamp(seen[-1]) - stamp(seen[0])
        interval = run["ping"]["interval_s"]
        # The replies lie an interval farther apart than what was lost; whole seconds, and answers on their way.
        coarse = 2.0 if re.match(r"\d+\.\d+ \d+ ", seen[0]) else interval + 0.1 * outage["estimate_s"]
        if not near(apart - interval, outage["estimate_s"], 0, coarse):
            raise Wrong(f"the replies are {apart} s apart, the outage is {outage['estimate_s']} s")

    def outage_ping_reply_gap(self, run, outage, seen):
        if outage["censored"]:
            sequence(seen[0])
            return
        apart = stamp(seen[-1]) - stamp(seen[0])
        # Of a gawk'ed log whole seconds; else the stamps are those of the arrivals, up to how they are read.
        coarse = 2.0 if re.match(r"\d+\.\d+ \d+ ", seen[0]) else 0.002
        if not near(apart - run["ping"]["interval_s"], outage["estimate_s"], 0, coarse):
            raise Wrong(f"the replies are {apart} s apart, the gap is {outage['estimate_s']} s beyond the interval")

    def outage_guest_clock(self, run, outage, seen):
        step = (stamp(seen[-1]) - stamp(seen[0])) % 86_400
        if len(seen) != 2 or not near(step, outage["estimate_s"], 0, 2e-6):
            raise Wrong(f"the stamps are {step} s apart, the step is {outage['estimate_s']} s")

    def outage_hypervisor(self, run, outage, seen):
        self.figure("downtime", outage["estimate_s"], seen)

    def outage_events(self, run, outage, seen):
        self.around(outage, seen)

    def outage_probe(self, run, outage, seen):
        self.around(outage, seen)

    def outage_throughput(self, run, outage, seen):
        self.around(outage, seen)

    def around(self, outage, seen):
        """The rows around an outage are at least as far apart as it is certain to have lasted."""
        apart = abs(stamp(seen[-1]) - stamp(seen[0]))
        if apart + 0.01 < outage["lower_s"]:
            raise Wrong(f"the rows are {apart} s apart, the outage lasted {outage['lower_s']} s at least")

    def figure(self, word, seconds, seen):
        text = "\n".join(seen)
        if word not in text.lower():
            raise Wrong(f"nothing tells a {word}")
        if not any(same_duration(number, seconds) for number in numbers(text)):
            raise Wrong(f"{seconds} s is not in these lines")

    def hypervisor(self, run, field, value, seen):
        text = "\n".join(seen)
        if field in ("downtime_s", "expected_downtime_s"):
            self.figure("downtime", value, seen)
        elif field == "total_time_s":
            if not any(same_duration(number, value) for number in numbers(text)):
                self.migration(run, "duration_s", value, seen)
        elif field == "memory_bytes" and "iter 1" in text:
            # Of Xen: what the first round sent and left out.
            pages = [int(number) for number in re.findall(r"(?:sent|skipped) (\d+)", text)]
            if not near(sum(pages[:2]) * 4096, value) and not written(value, text):
                raise Wrong(f"{value} bytes are not in these lines")
        elif not written(value, text):
            raise Wrong(f"{field} {value} is not in these lines")

    def precopy(self, run, field, value, seen):
        text = "\n".join(seen)
        if field == "rounds":
            if "iter 1" in text:
                # Of Xen each round is printed.
                value = [entry["pages_sent"] for entry in value]
                missing = [pages for pages in value if pages not in numbers(text)]
                if missing:
                    raise Wrong(f"rounds of {missing} pages are not in these lines")
            elif not written(run["precopy"]["iterations"], seen[-1]):
                raise Wrong("the last line does not tell the number of rounds")
        elif field == "pages_total":
            sums = re.findall(r'"(?:normal|duplicate)": (\d+)', seen[-1])
            if sum(map(int, sums)) != value and not written(value, text):
                raise Wrong(f"{value} pages are not in these lines")
        elif not written(value, text):
            raise Wrong(f"{field} {value} is not in these lines")

    def ping(self, run, field, value, seen):
        if "transmitted" in seen[-1]:
            sent, received = (int(number) for number in re.findall(r"(\d+) (?:packets transmitted|received)", seen[-1]))
            # Ping sums up what came; lines may tell otherwise, and then there is a diagnostic.
            of = {"sent": sent, "received": received, "lost": sent - received}[field]
            if abs(of - value) > max(1, run["ping"]["duplicates"]):
                raise Wrong(f"ping says {of}, not {value}")
        elif field == "received":
            replies = {sequence(line) for line in seen if re.search(r"time=|^\d+\.\d+ \d+ ", line)}
            if len(replies) != value:
                raise Wrong(f"{len(replies)} replies, not {value}")
        else:
            # From the first reply to the last.
            sequence(seen[0]), sequence(seen[-1])

    def probe(self, run, field, value, seen):
        if field == "sent" and len(seen) < value:
            raise Wrong(f"{len(seen)} lines for {value} requests")

    def milestone(self, run, path, value, seen):
        _, kind, evidence = path.split(".")
        if evidence == "hypervisor" and kind in ("stopped", "resumed"):
            if {"stopped": "STOP", "resumed": "RESUME"}[kind] not in "\n".join(seen):
                raise Wrong("no such event")
        request = run["migration"]["request_epoch_s"]
        if value and request and abs(stamp(seen[0]) - request - value["earliest_s"]) > 5:
            raise Wrong(f"{stamp(seen[0]) - request} s after the request, not {value['earliest_s']}")
        return "milestones"

    def benchmark(self, place, number):
        """The mean over the lines of all readings is the value, where each has its number at the same place."""
        entry = self.summary["benchmarks"][place]
        texts = []
        for reading in self.by_number[number]:
            _, lines = self.lines(reading["file"])
            texts.append("\n".join(lines[reading["first_line"] - 1 : reading["last_line"]]))
        rows = [[float(word) for word in PLAIN.findall(text)] for text in texts]
        width = min(map(len, rows))
        for column in list(range(width)) + list(range(-width, 0)):
            mean = sum(row[column] for row in rows) / len(rows)
            # Printed decimals say how exact a line is.
            if any(near(mean * scale, entry["value"], 2e-3, 1e-9) for scale in SCALES):
                return "benchmarks"
        if entry["operation"].endswith("-cpu"):
            # fio's share of the CPU is the sum of two lines, of which the first is named.
            shares = []
            for reading in self.by_number[number]:
                _, lines = self.lines(reading["file"])
                both = lines[reading["first_line"] - 1 : reading["first_line"] + 1]
                shares.append(sum(float(PLAIN.findall(line)[-1]) for line in both))
            if near(sum(shares) / len(shares), entry["value"], 1e-5):
                return "benchmarks (of two lines)"
        # A rate that is not printed is the events of the line over the time of one beside it.
        for beside in (-2, -1, 1, 2) if entry["unit"] == "per_s" else ():
            rates = []
            for reading in self.by_number[number]:
                _, lines = self.lines(reading["file"])
                events, seconds = (lines[reading["first_line"] - 1 + by] for by in (0, beside))
                events, seconds = PLAIN.findall(events), PLAIN.findall(seconds)
                rates.append(float(events[-1]) / float(seconds[-1]) if seconds and float(seconds[-1]) else 0.0)
            if near(sum(rates) / len(rates), entry["value"], 1e-5):
                return "benchmarks (of two lines)"
        raise Wrong(f"{entry['operation']} {entry['value']} {entry['unit']} is not in `{texts[0][:100]}`")


def main(arguments):
    seed, count, pairs = int(arguments[0]), int(arguments[1]), arguments[2:]
    campaigns = [Campaign(*pair) for pair in zip(pairs[::2], pairs[1::2])]
    entries = [(campaign, entry) for campaign in campaigns for entry in campaign.summary["evidence"]]
    chosen = random.Random(seed).sample(entries, min(count, len(entries)))
    kinds, wrong = collections.Counter(), 0
    for campaign, entry in chosen:
        try:
            kinds[campaign.check(entry)] += 1
        except (Wrong, ValueError, LookupError, StopIteration) as error:
            wrong += 1
            place = f"{entry['file']}:{entry['first_line']}–{entry['last_line']}"
            print(f"{campaign.folder}: {entry['number']} in {place}: {type(error).__name__}: {error}")
    print(f"{len(chosen)} of {len(entries)} entries, {wrong} wrong; " + ", ".join(f"{kind} {n}" for kind, n in sorted(kinds.items())))
    return 1 if wrong or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
