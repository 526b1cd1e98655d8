"""Reads the logs of VM migrations and benchmarks, and analyses campaigns of them.

>>> import stillstand
>>> frame = stillstand.read("ping.log")                  # any log: its format is found by its content
>>> frame.to_polars()                                    # or pandas, pyarrow, DuckDB: columns go out without a copy
>>> analysis = stillstand.analyse("logs")                # a folder of logs
>>> analysis.report("report")
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stillstand import _native
from stillstand._analysis import Analysis
from stillstand._errors import StillstandError
from stillstand._frame import Diagnostic, Frame, Part, Rows, Table

__all__ = [
    "Analysis",
    "Diagnostic",
    "Format",
    "Frame",
    "Part",
    "Rows",
    "StillstandError",
    "Table",
    "analyse",
    "formats",
    "read",
]

__version__: str = _native.VERSION


@dataclass(frozen=True)
class Format:
    """A log format that is read."""

    name: str
    description: str
    written_by: str


def formats() -> list[Format]:
    """The log formats that are read."""
    return [Format(**about) for about in _native.formats()]


def read(source: str | os.PathLike[str] | bytes | bytearray | memoryview) -> Frame:
    """Reads a log: a file, or the bytes of one, plain or packed with gzip or zstd.

    The format is recognised by the content. What can be read of a damaged log is used; ``rows`` and ``diagnostics`` say
    what is missing. A ``campaign.toml`` above a file may declare its columns.

    :raises FileNotFoundError: there is no such file
    :raises StillstandError: nothing of it can be used; it says where and what was expected
    """
    if isinstance(source, (bytearray, memoryview)):
        source = bytes(source)
    logs = _native.read(source if isinstance(source, bytes) else _existing(source))
    return Frame(logs[0], [Frame(log, []) for log in logs[1:]])


def analyse(
    *paths: str | os.PathLike[str],
    align: str | Sequence[str] | None = None,
    where: Mapping[str, str | Sequence[str]] | None = None,
    rows: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    memory: str | int | None = None,
    jobs: int | None = None,
) -> Analysis:
    """Analyses folders with logs, as ``stillstand stats`` does.

    Several folders are compared side by side; each campaign in a folder above several is a chapter of its own.

    :param align: the event at which curves are aligned, or several: ``request``, ``outage``, ``resume``, ``end``
    :param where: the levels of factors that tables and figures show
    :param rows: the factors that rows of tables are told apart by
    :param columns: the factors that columns of tables are told apart by
    :param memory: the memory that reading may take, such as ``"2G"``, or a number of bytes
    :param jobs: the number of threads
    :raises FileNotFoundError: there is no such folder
    :raises ValueError: an option that there is not
    :raises StillstandError: a campaign that cannot be used
    """
    if not paths:
        raise ValueError("analyse() needs at least one folder")
    if jobs is not None and not 1 <= jobs <= 65535:
        raise ValueError(f"jobs: expected a number from 1 to 65535, not {jobs}")
    return Analysis(
        _native.analyse(
            [_existing(path) for path in paths],
            _words(align),
            _words(rows),
            _words(columns),
            {factor: _words(levels) for factor, levels in (where or {}).items()},
            None if memory is None else str(memory),
            jobs,
        )
    )


def _existing(path: str | os.PathLike[str]) -> str:
    path = os.fspath(path)
    if not os.path.exists(path):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
    return path


def _words(words: str | Sequence[str] | None) -> list[str]:
    return [words] if isinstance(words, str) else list(words or ())
