"""What all tests use: the sample data, and the program that came with the wheel."""

from __future__ import annotations

import math
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


@pytest.fixture(scope="session")
def close():
    """Whether values are the same, numbers to nine digits, in lists and dictionaries too."""

    def same(one: object, other: object) -> bool:
        if isinstance(one, dict) and isinstance(other, dict):
            return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
        if isinstance(one, list) and isinstance(other, list):
            return len(one) == len(other) and all(map(same, one, other))
        if isinstance(one, float) and isinstance(other, (int, float)):
            return math.isclose(one, other, rel_tol=1e-9)
        return one == other

    return same
