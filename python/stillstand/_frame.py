"""Columns, without a library of frames: every one that knows Arrow takes them as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow


class Table:
    """Rows with named columns that speak Arrow's PyCapsule interface.

    ``polars.DataFrame(table)``, ``pyarrow.table(table)`` and a query of DuckDB over it take the columns without copying
    them. The columns stay as they are however often they are taken.
    """

    def __init__(self, native: Mapping[str, Any], units: Mapping[str, str]) -> None:
        self._native = native
        self._units = dict(units)

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return list(self._native["names"])

    @property
    def units(self) -> dict[str, str]:
        """The unit of each column that has one, such as ``bytes/s``."""
        return dict(self._units)

    def __len__(self) -> int:
        return int(self._native["height"])

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The rows as a stream of batches. Types other than its own are for whoever asks for them to make."""
        return self._native["stream"]()

    def __arrow_c_schema__(self) -> object:
        """Names and types of the columns."""
        return self._native["schema"]()

    def to_polars(self) -> polars.DataFrame:
        """The rows as a frame of polars, which shares their memory."""
        import polars

        return polars.DataFrame(self)

    def to_arrow(self) -> pyarrow.Table:
        """The rows as a table of pyarrow, which shares their memory."""
        import pyarrow

        return pyarrow.table(self)

    def to_pandas(self) -> pandas.DataFrame:
        """The rows as a frame of pandas, by way of pyarrow."""
        return self.to_arrow().to_pandas()

    def __repr__(self) -> str:
        return f"<stillstand.Table: {len(self)} rows of {', '.join(self.columns)}>"


@dataclass(frozen=True)
class Diagnostic:
    """Something to say about one place of a log, or about the whole of it."""

    severity: str
    """``error``, ``warning`` or ``note``."""
    code: str
    """The stable name of its kind."""
    line: int | None
    """The line, from 1."""
    column: int | None
    """The byte in the line, from 1."""
    message: str
    """What is there, what was expected, what was done."""
    text: str | None
    """The offending text, shortened."""


@dataclass(frozen=True)
class Part:
    """One of the sessions, migrations or tests that a log holds one behind the other."""

    line: int | None
    """The line in which it begins."""
    rows: list[int]
    """Its rows, from 0."""
    facts: dict[str, int | float | str]
    """What it says of itself."""
    settings: dict[str, str]
    """What it was told to do that another part may have been told otherwise."""


@dataclass(frozen=True)
class Rows:
    """How many rows of a log were read, and how many could not be used."""

    read: int
    lost: int


class Frame(Table):
    """A log as columns, with what it says of itself and what is wrong with it."""

    def __init__(self, native: Mapping[str, Any], others: list[Frame]) -> None:
        super().__init__(native, native["units"])
        self._others = others

    @property
    def format(self) -> str:
        """Its format, as :func:`stillstand.formats` lists them."""
        return str(self._native["format"])

    @property
    def version(self) -> str | None:
        """The version of the tool that wrote it, where the log says so."""
        version = self._native["version"]
        return None if version is None else str(version)

    @property
    def clock(self) -> str:
        """What kind of time its rows have: ``time stamps``, ``time of day``, ``none`` …"""
        return str(self._native["clock"])

    @property
    def facts(self) -> dict[str, int | float | str]:
        """What the log says about itself."""
        return dict(self._native["facts"])

    @property
    def rows(self) -> Rows:
        """How many rows were read and lost. One row of the log may be several here, or none."""
        return Rows(*self._native["rows"])

    @property
    def parts(self) -> list[Part]:
        """The sessions, migrations or tests that it is made of; empty where it is not known to be made of any."""
        return [Part(**part) for part in self._native["parts"]]

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What is wrong with it, by place."""
        return [Diagnostic(**found) for found in self._native["diagnostics"]]

    @property
    def others(self) -> list[Frame]:
        """What other tools wrote into the same file."""
        return list(self._others)

    def __repr__(self) -> str:
        rows, found = self.rows, self.diagnostics
        problems = sum(one.severity != "note" for one in found)
        return (
            f"<stillstand.Frame: {self.format}, {rows.read} rows read, {rows.lost} lost, "
            f"{len(self.columns)} columns, {problems} problems>"
        )
