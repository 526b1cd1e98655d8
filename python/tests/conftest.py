"""What all tests use: the sample data, and the program that came with the wheel."""

from __future__ import annotations

import subprocess
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def fixtures() -> Path:
    return ROOT / "parsers" / "fixtures"


@pytest.fixture(scope="session")
def campaign() -> Path:
    return ROOT / "sample-data" / "xen-live-migration"


@pytest.fixture(scope="session")
def samples() -> Path:
    return ROOT / "sample-data"


@pytest.fixture(scope="session")
def program():
    """The console script of the wheel."""
    script = Path(sysconfig.get_path("scripts")) / "stillstand"

    def run(*arguments: object) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([script, *map(str, arguments)], capture_output=True, check=False)

    return run
