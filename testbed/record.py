#!/usr/bin/env python3
"""Records one live migration: record.py CONDITION REPETITION FOLDER

Runs inside a network namespace that run.sh has made. Boots a guest in a source QEMU, starts ping, dool and the
guest's stamps, requests the migration to a target QEMU, waits for its end, and writes what the tools wrote:

    none1-ping.log  none1-zeit.log  none1-dstat-testbed.csv  none1-qmp-source.log  none1-qmp-target.log

A condition with a slash is a folder: memory/256/1/ping.log and so on. CONDITIONS names another file of conditions.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
import urllib.request
from pathlib import Path

import observers

HERE = Path(__file__).resolve().parent
BUILD = HERE / "build"
GUEST = "10.66.0.2"
CONDITIONS = Path(os.environ.get("CONDITIONS", HERE / "conditions.toml"))
LINK = ("127.0.0.1", 4444)


class Qmp:
    """A QMP connection that logs every line with the time at which it was sent or received."""

    def __init__(self, path, log):
        self.log = open(log, "w", encoding="utf-8")
        self.lock = threading.Lock()
        self.news = threading.Condition()
        self.replies = []
        self.events = []
        self.closed = False
        self.socket = socket.socket(socket.AF_UNIX)
        for _ in range(100):
            try:
                self.socket.connect(str(path))
                break
            except OSError:
                time.sleep(0.05)
        threading.Thread(target=self._listen, daemon=True).start()
        self.wait(lambda: self.replies or self.closed, 10)
        self.replies.clear()
        self("qmp_capabilities")

    def _write(self, arrow, line):
        now = time.time()
        with self.lock:
            self.log.write(f"{now:.6f} {arrow} {line}\n")

    def _listen(self):
        rest = b""
        while True:
            try:
                data = self.socket.recv(65536)
            except OSError:
                data = b""
            if not data:
                break
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                text = line.decode().rstrip("\r")
                self._write("<-", text)
                message = json.loads(text)
                with self.news:
                    (self.events if "event" in message else self.replies).append(message)
                    self.news.notify_all()
        with self.news:
            self.closed = True
            self.news.notify_all()

    def wait(self, condition, timeout):
        with self.news:
            return self.news.wait_for(condition, timeout)

    def __call__(self, command, **arguments):
        """Sends a command and returns its reply; None if the connection is gone."""
        message = {"execute": command}
        if arguments:
            message["arguments"] = arguments
        text = json.dumps(message)
        self._write("->", text)
        try:
            self.socket.sendall(text.encode() + b"\n")
        except OSError:
            return None
        if not self.wait(lambda: self.replies or self.closed, 30):
            raise TimeoutError(command)
        with self.news:
            return self.replies.pop(0) if self.replies else None

    def saw(self, event):
        return any(e["event"] == event for e in self.events)

    def close(self):
        self.socket.close()
        with self.lock:
            self.log.close()


def qemu(name, memory, accelerator, initramfs, folder, *more):
    """Starts a QEMU. Source and target differ in their tap and in -incoming only."""
    return subprocess.Popen(
        ["qemu-system-x86_64", "-name", name, "-nodefaults", "-no-user-config", "-display", "none",
         "-machine", "pc", "-accel", accelerator, "-m", str(memory), "-smp", "1", "-rtc", "base=utc",
         "-kernel", BUILD / "vmlinuz", "-initrd", BUILD / initramfs,
         "-append", "console=ttyS0 quiet panic=-1",
         "-serial", f"file:{folder}/{name}-console.log",
         "-netdev", f"tap,id=net0,ifname=tap-{name},script=no,downscript=no",
         "-device", "virtio-net-pci,netdev=net0,mac=52:54:00:66:00:02,romfile=",
         "-qmp", f"unix:{folder}/{name}.qmp,server=on,wait=off", *more],
        stdin=subprocess.DEVNULL, stderr=open(f"{folder}/{name}-stderr.log", "w"))


def in_guest(command, timeout=5):
    """Runs a command in the guest and returns its output."""
    request = urllib.request.Request(f"http://{GUEST}/cgi-bin/run", data=command.encode())
    with urllib.request.urlopen(request, timeout=timeout) as reply:
        return reply.read().decode()


def wait_for_guest():
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            return in_guest("true", timeout=1)
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the guest does not answer")


def sleep_until(moment):
    time.sleep(max(0, moment - time.monotonic()))


def record(condition, prefix, folder):
    with open(CONDITIONS, "rb") as file:
        settings = tomllib.load(file)
    settings = settings["testbed"] | settings["condition"][condition]
    scratch = Path(tempfile.mkdtemp(prefix="stillstand-"))
    accelerator = os.environ.get("ACCEL", "tcg")
    c_locale = os.environ | {"LC_ALL": "C"}
    processes, connections = [], []

    def start(process):
        processes.append(process)
        return process

    try:
        subprocess.run(["tc", "qdisc", "add", "dev", "lo", "root", "tbf", *settings["link"].split()], check=True)

        machine = settings["memory_mib"], accelerator, settings.get("initramfs", "initramfs.gz"), scratch
        source_process = start(qemu("source", *machine))
        target_process = start(qemu("target", *machine, "-incoming", "defer"))
        source = Qmp(scratch / "source.qmp", folder / f"{prefix}qmp-source.log")
        connections.append(source)
        target = Qmp(scratch / "target.qmp", folder / f"{prefix}qmp-target.log")
        connections.append(target)
        wait_for_guest()
        in_guest(f"setclock {time.time():.6f}")

        # Everything that is watched begins here.
        begin = time.monotonic()
        ping = start(subprocess.Popen(
            ["ping", "-D", "-O", "-n", "-i", str(settings["ping_interval_s"]), GUEST],
            stdout=open(folder / f"{prefix}ping.log", "w"), env=c_locale))
        dool = start(subprocess.Popen(
            # As `dool` would be started, but without the path of this folder in the log.
            [sys.executable, "-c", "import sys, dool.__main__ as d; sys.argv[0] = 'dool'; getattr(d, '__main')()", "-T", "-c", "-m", "-n", "-N", "lo,tap-source,tap-target", "--bytes",
             "--output", f"{prefix}dstat-testbed.csv", "1"],
            cwd=folder, stdout=subprocess.DEVNULL, env=c_locale | {"PYTHONPATH": str(BUILD / "dool")}))
        in_guest("stamp > /tmp/zeit 2>/dev/null & echo $! > /tmp/stamp.pid")
        watching = observers.start(settings.get("observers", []), folder, prefix, GUEST, in_guest,
                                   [source_process.pid, target_process.pid])
        processes.extend(watching)
        if "guest" in settings:
            in_guest(f"( {settings['guest']} ) >/dev/null 2>&1 &")

        capabilities = [{"capability": "events", "state": True}]
        target("migrate-set-capabilities", capabilities=capabilities)
        target("migrate-incoming", uri="tcp:%s:%d" % LINK)
        source("migrate-set-capabilities", capabilities=capabilities)
        source("migrate-set-parameters", **{"max-bandwidth": settings["max_bandwidth"],
                                            "downtime-limit": settings["downtime_limit"]})
        source("query-migrate-parameters")
        source("query-migrate")
        sleep_until(begin + settings["lead_s"])

        # Time zero is when this line is sent.
        source("migrate", uri="tcp:%s:%d" % LINK)
        request = time.monotonic()
        cancelled = killed = False
        ended = None
        poll = request
        while ended is None or time.monotonic() < ended + 1:
            reply = source("query-migrate")
            status = ((reply or {}).get("return") or {}).get("status")
            now = time.monotonic()
            if ended is None and status in ("completed", "failed", "cancelled"):
                ended = now
            if now - request > 40 and ended is None:
                raise TimeoutError(f"the migration is still {status}")
            if not cancelled and now - request >= settings.get("cancel_after_s", 1e9):
                cancelled = True
                source("migrate_cancel")
            if not killed and now - request >= settings.get("kill_target_after_s", 1e9):
                killed = True
                target_process.send_signal(signal.SIGKILL)
            poll += settings["poll_interval_s"]
            sleep_until(poll)
        source("query-status")
        if target_process.poll() is None:
            target("query-migrate")
            target("query-status")
        sleep_until(ended + settings["tail_s"])

        # The end: what was watched is fetched before anything is stopped that it depends on.
        try:
            in_guest("kill $(cat /tmp/stamp.pid)")
            with urllib.request.urlopen(f"http://{GUEST}/tmp/zeit", timeout=20) as reply:
                (folder / f"{prefix}zeit.log").write_bytes(reply.read())
        except OSError as error:
            # It has been seen: a migration completes and the guest hangs. The other logs are worth the more.
            print(f"{prefix}: the guest is lost, its stamps with it: {error}", file=sys.stderr)
            for _ in range(2):
                target("human-monitor-command", **{"command-line": "info registers"})
                time.sleep(0.2)
        for name in observers.LOGS_IN_GUEST & set(settings.get("observers", [])):
            with urllib.request.urlopen(f"http://{GUEST}/tmp/{name}", timeout=20) as reply:
                (folder / f"{prefix}{name}.log").write_bytes(reply.read())
        for process in (ping, dool, *watching):
            process.send_signal(signal.SIGINT)
            process.wait(10)
        for connection, process in zip(connections, processes):
            if process.poll() is None:
                connection("quit")
                connection.wait(lambda: connection.closed, 5)
                process.wait(10)
    finally:
        for process in reversed(processes):
            if process.poll() is None:
                process.kill()
        for process in processes:
            process.wait(10)
        for connection in connections:
            connection.close()
        for file in sorted(scratch.iterdir()):
            if file.suffix == ".log" and file.stat().st_size and os.environ.get("KEEP_CONSOLE"):
                (folder / f"{prefix}{file.name}").write_bytes(file.read_bytes())
            file.unlink()
        scratch.rmdir()


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    out = Path(sys.argv[3])
    condition, repetition = sys.argv[1], int(sys.argv[2])
    prefix = f"{condition}/{repetition}/" if "/" in condition else f"{condition}{repetition}-"
    (out / f"{prefix}ping.log").parent.mkdir(parents=True, exist_ok=True)
    record(condition, prefix, out.resolve())
