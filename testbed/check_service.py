#!/usr/bin/env python3
"""What each observer of a service saw of each run: check_service.py FOLDER [--json]. Shares no code with stillstand.

All times are seconds since the request (the `migrate` that was sent). For each run:

  vm       from STOP on the source to RESUME on the target
  ping     from the last reply before the longest silence to the first one behind it, and how many requests it lost
  capture  from the last packet of the guest (its address as sender) before the longest silence to the first one behind it
  probes   from the start of the last request that worked before the longest silence to the end of the first that worked behind it
  iperf3   the longest row of intervals with less than a tenth of the usual bytes a second (mean of all before the request, over
           half seconds, since iperf3 writes blocks of 128 KiB); when the next half second had nine tenths of it; and what the half
           seconds from the request to 10 s behind the end of the migration lacked of the usual, each by itself, as seconds
"""

import csv
import gzip
import json
import re
import struct
import sys
from pathlib import Path

from check import event_time, lines, qmp

GUEST = bytes([10, 66, 0, 2])


def longest_gap(times, after):
    """The two neighbours that are farthest apart, of those whose second is behind `after`."""
    pairs = [(a, b) for a, b in zip(times, times[1:]) if b > after]
    return max(pairs, key=lambda pair: pair[1] - pair[0])


def ping(folder, run, request):
    replies = []
    for line in lines(folder, f"{run}ping.log"):
        found = re.match(r"\[(\d+\.\d+)\] 64 bytes .* icmp_seq=(\d+)", line)
        if found:
            replies.append((float(found[1]) - request, int(found[2])))
    (lost_s, before), (back_s, behind) = max(
        (pair for pair in zip(replies, replies[1:]) if pair[1][0] > 0), key=lambda pair: pair[1][0] - pair[0][0])
    return {"from_s": lost_s, "to_s": back_s, "lost": behind - before - 1}


def packets(folder, run):
    """(Unix time, bytes) of each frame."""
    data = gzip.open(folder / f"{run}capture.pcap.gz").read()
    magic, = struct.unpack_from("<I", data)
    assert magic == 0xA1B2C3D4, "microseconds, little endian"
    at = 24
    while at + 16 <= len(data):
        seconds, micros, kept, _ = struct.unpack_from("<IIII", data, at)
        yield seconds + micros / 1e6, data[at + 16:at + 16 + kept]
        at += 16 + kept


def capture(folder, run, request):
    sent, announced = [], []
    for at, frame in packets(folder, run):
        kind = frame[12:14]
        if kind == b"\x08\x00" and frame[26:30] == GUEST:
            sent.append(at - request)
        if kind == b"\x80\x35":
            announced.append(at - request)
    lost_s, back_s = longest_gap(sent, 0)
    return {"from_s": lost_s, "to_s": back_s, "announced_s": min(announced, default=None)}


def probe(folder, run, name, request):
    rows = [(float(row["sent_at"]) - request, float(row["took_ms"]) / 1000, row["http_code"] == "200")
            for row in csv.DictReader(lines(folder, f"{run}{name}.csv"))]
    worked = sorted((start + took, start) for start, took, good in rows if good)
    # From an answer to the next answer: the service was away at most since the start of the one before.
    last, first = max(((a, b) for a, b in zip(worked, worked[1:]) if b[0] > 0), key=lambda pair: pair[1][0] - pair[0][0])
    failed = [(start, start + took) for start, took, good in rows if not good]
    return {"from_s": last[1], "to_s": first[0], "failed": len(failed), "sent": len(rows)}


def intervals(folder, run, name, request):
    """(end, bytes) of each interval. Both programs were started before the request and stamped it in whole seconds."""
    if name == "iperf3-udp":
        document = json.loads("\n".join(lines(folder, f"{run}iperf3-udp.json")))
        start = document["start"]["timestamp"]["timesecs"] - request
        return [(start + each["sum"]["end"], each["sum"]["bytes"]) for each in document["intervals"]]
    unit = {"Bytes": 1, "KBytes": 1024, "MBytes": 1024**2}
    found = []
    for line in lines(folder, f"{run}iperf3-tcp.log"):
        row = re.match(r"(\d+) \[ +\d+\] +([\d.]+)-([\d.]+) +sec +([\d.]+) (\w+) .*", line)
        if row and "sender" not in line and "receiver" not in line:
            # Printed in the second in which it ended.
            found.append((int(row[1]), float(row[3]), float(row[4]) * unit[row[5]]))
    start = min(stamp + 1 - end for stamp, end, _ in found) - request
    return [(start + end, sent) for _, end, sent in found]


def throughput(rows, until_s):
    before = [sent for end, sent in rows if end <= 0]
    usual = sum(before) / len(before)
    # Half seconds that begin at each interval.
    half = [(rows[k][0], sum(sent for _, sent in rows[k - 4:k + 1]) / 5) for k in range(4, len(rows))]
    low = [place for place, (end, mean) in enumerate(half) if end > 0 and mean < usual / 10]
    if not low:
        return {"usual_bytes_per_s": usual * 10, "from_s": None, "to_s": None, "lacked_s": lacked(rows, usual, until_s)}
    longest, current = [], []
    for place in low:
        current = current + [place] if current and place == current[-1] + 1 else [place]
        longest = max(longest, current, key=len)
    from_s, to_s = half[longest[0]][0] - 0.5, half[longest[-1]][0]
    back = next((end - 0.5 for end, mean in half[longest[-1]:] if mean >= 0.9 * usual), None)
    return {"usual_bytes_per_s": usual * 10, "from_s": from_s, "to_s": to_s, "back_s": back, "lacked_s": lacked(rows, usual, until_s)}


def lacked(rows, usual, until_s):
    """Of half seconds one behind the other."""
    during = [sent for end, sent in rows if 0 < end <= until_s]
    halves = [sum(during[k:k + 5]) for k in range(0, len(during) - 4, 5)]
    return sum(max(0, 5 * usual - half) for half in halves) / (10 * usual)


def check(folder, run):
    source, target = (qmp(folder, f"{run}qmp-{host}.log") for host in ("source", "target"))
    request = next(t for t, arrow, message in source if arrow == "->" and message["execute"] == "migrate")
    stop, resume = event_time(source, "STOP") - request, event_time(target, "RESUME") - request
    ended = next(t for t, arrow, message in source if arrow == "<-" and isinstance(message.get("return"), dict)
                 and message["return"].get("status") == "completed") - request
    return {
        "run": run.rstrip("-"),
        "vm": {"from_s": stop, "to_s": resume},
        "ping": ping(folder, run, request),
        "capture": capture(folder, run, request),
        "probe-open": probe(folder, run, "probe-open", request),
        "probe-closed": probe(folder, run, "probe-closed", request),
        "iperf3-tcp": throughput(intervals(folder, run, "iperf3-tcp", request), ended + 10),
        "iperf3-udp": throughput(intervals(folder, run, "iperf3-udp", request), ended + 10),
    }


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    return round(value, 6) if isinstance(value, float) else value


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    runs = sorted(path.name.removesuffix("ping.log.gz") for path in folder.glob("*-ping.log.gz"))
    found = [rounded(check(folder, run)) for run in runs]
    if "--json" in sys.argv:
        json.dump(found, sys.stdout, indent=1)
        sys.exit()
    names = ["vm", "ping", "capture", "probe-open", "probe-closed", "iperf3-tcp", "iperf3-udp"]
    print(f"{'run':12}" + "".join(f"{name:>22}" for name in names))
    for run in found:
        span = lambda one: "-" if one["from_s"] is None else f"{one['from_s']:.2f}–{one['to_s']:.2f} {one['to_s'] - one['from_s']:.2f}"
        print(f"{run['run']:12}" + "".join(f"{span(run[name]):>22}" for name in names))
