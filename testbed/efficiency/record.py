#!/usr/bin/env python3
"""Records how much of the machine is left in a guest: record.py FOLDER [REPETITIONS]

Runs inside the network namespace that record.sh has made. Round after round, it runs the tests of each condition
of conditions.toml and writes what the programs wrote:

    FOLDER/<mode>/<context>/<repetition>/[vm<n>-]<test>.{txt,json}
    FOLDER/runs.csv        each measurement: when, for how long, CPU time of QEMU, load of the machine before it
    FOLDER/machine.txt     processor, memory, kernel, accelerator
    FOLDER/versions.txt    from setup.sh
"""

import csv
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
import urllib.request
from datetime import datetime, timezone
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent / "build" / "efficiency"
ACCELERATOR = os.environ.get("ACCEL", "tcg")
CPU = os.environ.get("CPU", "host" if ACCELERATOR == "kvm" else "qemu64")
# What setup.sh built comes first: ImageMagick has a program `stream`, too.
C_LOCALE = os.environ | {"LC_ALL": "C", "PATH": f"{BUILD}:{os.environ['PATH']}"}

DRIVERS = {
    "virtio": ["-device", "virtio-net-pci,netdev=net0,mac={mac},romfile=",
               "-device", "virtio-blk-pci,drive=disk0"],
    "emulated": ["-device", "e1000,netdev=net0,mac={mac},romfile=",
                 "-device", "ide-hd,drive=disk0,bus=ide.0"],
}


class Native:
    """The machine itself."""

    def __init__(self, cpus, scratch):
        self.prefix = ["taskset", "-c", cpus, "ip", "netns", "exec", os.environ["NATIVE"]]
        self.folder = scratch / "native"
        self.folder.mkdir(exist_ok=True)
        link = self.folder / "disk"
        if not link.is_symlink():
            link.symlink_to(scratch / "disk1")

    def __call__(self, command, timeout):
        done = subprocess.run([*self.prefix, "sh", "-c", command], cwd=self.folder, env=C_LOCALE, timeout=timeout,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.stdout, done.returncode

    def cpu_seconds(self):
        return None

    def close(self):
        pass


class Guest:
    """A guest; its QEMU, with all threads, has the processors `cpus`."""

    def __init__(self, number, settings, condition, scratch):
        self.address = f"10.66.0.{10 + number}"
        drivers = [part.format(mac=f"52:54:00:66:00:0{number}") for part in DRIVERS[condition["drivers"]]]
        self.console = scratch / f"console{number}"
        self.process = subprocess.Popen(
            ["taskset", "-c", condition["cpus"],
             "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none",
             "-machine", "pc", "-accel", ACCELERATOR, "-cpu", CPU, "-m", str(settings["memory_mib"]), "-smp", "1",
             "-rtc", "base=utc", "-kernel", BUILD / "vmlinux", "-initrd", BUILD / "initramfs",
             "-append", f"console=ttyS0 quiet panic=-1 address={self.address}",
             "-serial", f"file:{self.console}",
             "-netdev", f"tap,id=net0,ifname=tap{number},script=no,downscript=no",
             "-drive", f"if=none,id=disk0,file={scratch}/disk{number},format=raw,cache=none,aio=native", *drivers],
            stdin=subprocess.DEVNULL)

    def _send(self, command, timeout):
        request = urllib.request.Request(f"http://{self.address}/cgi-bin/run", data=command.encode())
        with urllib.request.urlopen(request, timeout=timeout) as reply:
            return reply.read()

    def __call__(self, command, timeout):
        output = self._send(f"cd /tmp; {command}\necho $? >status", timeout)
        return output, int(self._send("cat /tmp/status", 10))

    def wait(self):
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                return self._send("true", 2)
            except OSError:
                time.sleep(0.1)
        raise TimeoutError(f"the guest does not answer; its console:\n{self.console.read_text(errors='replace')}")

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self):
        self.process.kill()
        self.process.wait()


def utc(moment):
    return datetime.fromtimestamp(moment, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def measure(machine, command, timeout, results, index):
    """One measurement of one machine: what it wrote, and the row of runs.csv."""
    before = machine.cpu_seconds()
    begin = time.time()
    try:
        output, status = machine(command, timeout)
        outcome = f"exit {status}"
    except (OSError, subprocess.SubprocessError) as error:
        output, outcome = b"", f"failed: {error}"
    end = time.time()
    used = "" if before is None else f"{machine.cpu_seconds() - before:.2f}"
    results[index] = (output, [utc(begin), f"{end - begin:.3f}", used, outcome])


def run(name, condition, repetition, config, folder, scratch, log):
    settings = config["testbed"]
    out = folder / name / str(repetition)
    out.mkdir(parents=True, exist_ok=True)
    count = condition.get("vms", 0)
    machines = []
    try:
        if count:
            machines += [Guest(number, settings, condition, scratch) for number in range(1, count + 1)]
            for machine in machines:
                machine.wait()
        else:
            machines.append(Native(condition["cpus"], scratch))
        for test in condition["tests"]:
            details = config["test"][test]
            if details.get("optional") and not (BUILD / test).exists():
                continue
            suffix = "json" if test.startswith(("fio", "iperf3")) else "txt"
            time.sleep(settings["pause_s"])
            load = Path("/proc/loadavg").read_text().split()[0]
            results = [None] * len(machines)
            threads = []
            for index, machine in enumerate(machines):
                command = details["command"].format(seconds=settings["seconds"], port=5201 + index)
                threads.append(threading.Thread(target=measure, args=(machine, command, 120, results, index)))
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for number, (output, row) in enumerate(results, 1):
                prefix = f"vm{number}-" if not name.endswith("/single") else ""
                path = out / f"{prefix}{test}.{suffix}"
                path.write_bytes(output)
                log.writerow([path.relative_to(folder), *row, load])
    finally:
        for machine in machines:
            machine.close()


def describe(settings):
    """machine.txt."""
    cpu = {}
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        key, _, value = line.partition(":")
        cpu.setdefault(key.strip(), value.strip())
    memory = int(Path("/proc/meminfo").read_text().split()[1])
    lines = [
        f"processors: {os.cpu_count()} x {cpu.get('model name')}, family {cpu.get('cpu family')}, "
        f"model {cpu.get('model')}",
        f"virtual itself: {'yes' if 'hypervisor' in cpu.get('flags', '').split() else 'no'}",
        f"memory: {memory / 2**20:.1f} GiB",
        f"kernel: {platform.system()} {platform.release().split('-')[0]}",
        f"load before: {Path('/proc/loadavg').read_text().split()[0]}",
        f"guest: 1 processor, {settings['memory_mib']} MiB, accelerator {ACCELERATOR}, -cpu {CPU}",
    ]
    return "\n".join(lines) + "\n"


def main(folder, repetitions):
    config = tomllib.loads((HERE / "conditions.toml").read_text())
    settings = config["testbed"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "machine.txt").write_text(describe(settings))
    shutil.copy(BUILD / "versions.txt", folder)
    most = max(condition.get("vms", 1) for condition in config["condition"].values())
    os.sched_setaffinity(0, {int(settings["others"])})
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))

    scratch = Path(tempfile.mkdtemp(prefix="stillstand-", dir=os.environ.get("SCRATCH", "/var/tmp")))
    servers = []
    try:
        # Written in full, and not with zeros: a hole in a file is read without a disk.
        for number in range(1, most + 1):
            with open(scratch / f"disk{number}", "wb") as file:
                for _ in range(settings["disk_mib"]):
                    file.write(os.urandom(2**20))
                os.fsync(file.fileno())
            servers.append(subprocess.Popen(["iperf3", "-s", "-p", str(5200 + number)], stdout=subprocess.DEVNULL,
                                            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        order = list(config["condition"])
        with open(folder / "runs.csv", "w", encoding="utf-8", buffering=1) as file:
            log = csv.writer(file, lineterminator="\n")
            log.writerow(["file", "begin", "wall_s", "qemu_cpu_s", "outcome", "load_before"])
            for repetition in range(1, repetitions + 1):
                for name in order:
                    begin = time.monotonic()
                    try:
                        run(name, config["condition"][name], repetition, config, folder, scratch, log)
                        outcome = f"{time.monotonic() - begin:.0f} s"
                    except TimeoutError as error:
                        outcome = str(error)
                    print(f"{repetition} {name}: {outcome}", flush=True)
                # So that none always follows the same one at the same place.
                order.append(order.pop(0))
    finally:
        for server in servers:
            server.terminate()
            server.wait()
        shutil.rmtree(scratch)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or "NATIVE" not in os.environ:
        sys.exit(__doc__)
    main(Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) == 3 else 5)
