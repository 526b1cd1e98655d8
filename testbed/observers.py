"""What else may watch a run, by the name that a file of conditions lists under `observers`."""

import os
import signal
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent

# Logs that are written in the guest, as /tmp/NAME, and fetched from there.
LOGS_IN_GUEST = {"sysbench"}


def commands(guest, qemus):
    """Name -> the end of the log's name, the command. {log} in a command is the path of the log; else its output is."""
    processes = ",".join(map(str, qemus))
    probe = [sys.executable, str(HERE / "probe.py")]
    return {
        # Requests over HTTP: ten a second by the clock whatever becomes of them, and one behind the other.
        "probe-open": ("probe-open.csv", [*probe, "open", guest]),
        "probe-closed": ("probe-closed.csv", [*probe, "closed", guest]),
        # To the guest over TCP, from it over UDP. Without --forceflush the output of the last seconds is lost.
        "iperf3-tcp": ("iperf3-tcp.log", ["iperf3", "-c", guest, "-p", "5201", "-b", "8M", "-i", "0.1", "-t", "0",
                                          "--timestamps=%s ", "--forceflush"]),
        "iperf3-udp": ("iperf3-udp.json", ["iperf3", "-c", guest, "-p", "5202", "-u", "-R", "-b", "2M", "-l", "1000",
                                           "-i", "0.1", "-t", "0", "-J"]),
        # The heads of what concerns the service. -U: each packet as it comes.
        "capture": ("capture.pcap", ["tcpdump", "-i", "br0", "-n", "-s", "80", "-U", "-w", "{log}",
                                     "icmp or arp or ether proto 0x8035 or (tcp port 80 and tcp[tcpflags] & tcp-push != 0)"]),
        "sar": ("sar-testbed.log", ["sar", "-u", "-r", "-n", "DEV", "1"]),
        "mpstat": ("mpstat-testbed.json", ["mpstat", "-o", "JSON", "1"]),
        "pidstat": ("pidstat-testbed.log", ["pidstat", "-h", "-u", "-t", "-p", processes, "1"]),
        "vmstat": ("vmstat-testbed.log", ["vmstat", "-t", "1"]),
    }


def start(names, folder, prefix, guest, in_guest, qemus):
    """Starts the observers of these names and returns their processes, which end on SIGINT."""
    if "iperf3-tcp" in names or "iperf3-udp" in names:
        in_guest("iperf3 -s -D -p 5201 >/dev/null 2>&1; iperf3 -s -D -p 5202 >/dev/null 2>&1; sleep 0.5")
    if "sysbench" in names:
        # With the guest's own clock in front of each line: it stands still with the guest.
        in_guest('(sysbench cpu --time=600 --report-interval=1 run 2>&1 | while read -r line; do '
                 'echo "$(date +%s) $line"; done > /tmp/sysbench) >/dev/null 2>&1 &')
    known = commands(guest, qemus)
    started = []
    for name in names:
        if name in LOGS_IN_GUEST:
            continue
        ending, command = known[name]
        log = folder / f"{prefix}{ending}"
        output = subprocess.DEVNULL if "{log}" in command else open(log, "wb")
        command = [part.replace("{log}", str(log)) for part in command]
        started.append(subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL, preexec_fn=hear_interrupts,
                                        env=os.environ | {"LC_ALL": "C", "TZ": "UTC"}))
    return started


def hear_interrupts():
    """A campaign in the background ignores SIGINT, and so would what it starts: vmstat then never ends."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
