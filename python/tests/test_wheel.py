"""The wheel by itself: in a fresh environment, without any library of frames."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import stillstand

WHEEL = os.environ.get("STILLSTAND_WHEEL")
MEGABYTE = 1_000_000

pytestmark = pytest.mark.skipif(WHEEL is None, reason="STILLSTAND_WHEEL does not name the wheel; .ci/python does")


def test_the_wheel_is_small_and_for_every_python():
    wheel = Path(WHEEL)
    assert "-cp310-abi3-" in wheel.name
    assert wheel.stat().st_size < 60 * MEGABYTE
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    natives = [name for name in names if name.endswith(".so")]
    assert len(natives) == 1
    assert {"stillstand/py.typed", "stillstand/_native.pyi", "stillstand/__init__.py"} <= set(names)
    assert sum("LICENSE-" in name for name in names) == 2


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, with_pip=True)
    install = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-index", WHEEL]
    subprocess.run(install, check=True)
    return folder / "bin"


def run(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)


def test_pip_installs_the_program(fresh, campaign, tmp_path):
    version = run(fresh / "stillstand", "--version")
    assert (version.returncode, version.stdout) == (0, f"stillstand {stillstand.__version__}\n")
    assert run(fresh / "python", "-m", "stillstand", "--version").stdout == version.stdout
    wrong = run(fresh / "stillstand", "reprot")
    assert wrong.returncode == 2 and "reprot" in wrong.stderr
    out = tmp_path / "report"
    assert run(fresh / "stillstand", "report", campaign, "-o", out, "--quiet").returncode == 0
    assert run(fresh / "stillstand", "verify", out).returncode == 0
    (out / "summary.json").write_text("{}")
    assert run(fresh / "stillstand", "verify", out).returncode == 4


def test_the_module_needs_nothing_else(fresh, campaign):
    code = (
        "import sys, stillstand\n"
        f"frame = stillstand.read({str(campaign / 'cpuburn1-ping.test')!r})\n"
        "print(frame.format, len(frame), type(frame.__arrow_c_stream__()).__name__)\n"
        "assert not {'polars', 'pandas', 'pyarrow', 'numpy'} & set(sys.modules)\n"
        f"print(stillstand.analyse({str(campaign)!r}))\n"
        "try:\n    frame.to_polars()\n"
        "except ImportError as error:\n    print(error)\n"
    )
    told = run(fresh / "python", "-c", code)
    assert told.returncode == 0, told.stderr
    frame, analysis, missing = told.stdout.splitlines()
    assert frame.startswith("ping") and frame.endswith("PyCapsule")
    assert analysis.startswith("<stillstand.Analysis: ")
    assert "polars" in missing


def test_ctrl_c_ends_the_program(fresh, tmp_path):
    """Reading waits for a pipe that nobody writes to."""
    import signal
    import time

    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    waiting = subprocess.Popen([fresh / "stillstand", "inspect", pipe], stderr=subprocess.PIPE, text=True)
    time.sleep(1.5)
    waiting.send_signal(signal.SIGINT)
    _, told = waiting.communicate(timeout=20)
    assert waiting.returncode == -signal.SIGINT
    assert "interrupted by SIGINT" in told


def test_it_is_this_wheel_that_is_tested():
    assert Path(stillstand.__file__).is_relative_to(sys.prefix)
