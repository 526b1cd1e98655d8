"""A campaign of many repetitions from the five of `sample-data/xen-live-migration`.

    python3 benches/repetitions.py OUT REPETITIONS

Repetition 5 k + i has the logs of repetition i, recorded k days later, with other last digits of round trip times and
a migration that took up to 5 % more or less. No two logs are the same.
"""

import datetime
import pathlib
import random
import re
import sys

SOURCE = pathlib.Path(__file__).resolve().parent.parent / "sample-data" / "xen-live-migration"
EPOCH = re.compile(rb"(?m)^12645\d{5}")
DAYS = "Mo Di Mi Do Fr Sa So".split()
MONTHS = "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez".split()


def later(log: bytes, source: str, days: int, draw: random.Random) -> bytes:
    log = EPOCH.sub(lambda match: b"%d" % (int(match[0]) + 86_400 * days), log)
    if source.startswith("-migration-time"):
        took = lambda match: b"0:%05.2f" % (float(match[1]) * draw.uniform(0.95, 1.05))
        log = re.sub(rb"0:([0-4]\d\.\d\d)", took, log)
    if source.startswith("-ping"):
        log = re.sub(rb"(?m)(\d\.\d\d)\d$", lambda match: match[1] + b"%d" % draw.randrange(10), log)
    if source.startswith("-zeit"):
        date = lambda day: datetime.date(2010, 1, day) + datetime.timedelta(days=days)

        def german(match):
            then = date(int(match[1]))
            front = f"{DAYS[then.weekday()]} {then.day:2}. {MONTHS[then.month - 1]}".encode()
            return front + match[2] + str(then.year).encode()

        def english(match):
            then = date(int(match[1]))
            return then.strftime("%a %b %e").encode() + match[2] + str(then.year).encode()

        log = re.sub(rb"^\w\w (\d\d)\. Jan( [\d:]+ CET )2010", german, log)
        log = re.sub(rb"^\w{3} Jan (\d\d)( [\d:]+ CET )2010", english, log)
    return log


def make(out: pathlib.Path, repetitions: int):
    out.mkdir(parents=True)
    config = (SOURCE / "campaign.toml").read_text()
    (out / "campaign.toml").write_text(config.split("# Figures in the text")[0])
    for path in sorted(SOURCE.glob("*[0-9]-*")):
        load, first, source = re.match(r"([a-z]+)(\d)(-.*)", path.name).groups()
        log = path.read_bytes()
        for repetition in range(int(first), repetitions + 1, 5):
            days = (repetition - 1) // 5
            draw = random.Random(f"{path.name} {days}")
            (out / f"{load}{repetition}{source}").write_bytes(later(log, source, days, draw) if days else log)


if __name__ == "__main__":
    make(pathlib.Path(sys.argv[1]), int(sys.argv[2]))
