"""Campaigns, analysed."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from stillstand._frame import Table

#: The unit that a name of a column ends in.
_UNITS = {"_epoch_s": "seconds since 1970", "_s": "s", "_bytes": "bytes"}


def _unit(column: str) -> str | None:
    return next((unit for ending, unit in _UNITS.items() if column.endswith(ending)), None)


class Analysis:
    """The numbers of one campaign, of several side by side, or of a folder of campaigns.

    Frames have a row for each run, outage and so on; factors are columns. A value that is missing is null, never 0. Of a
    folder of campaigns the column ``chapter`` says which it is.
    """

    def __init__(self, native: dict[str, Callable[..., Any]]) -> None:
        self._native = native
        self._about: dict[str, Any] = native["about"]()

    @property
    def summary(self) -> dict[str, Any]:
        """Every number, as ``stillstand stats --format json`` prints them and ``docs/data.md`` describes."""
        return dict(json.loads(self._native["summary"]()))

    @property
    def exceeded(self) -> list[str]:
        """A sentence for each limit of ``campaign.toml`` that is exceeded."""
        return list(self._about["exceeded"])

    @property
    def runs(self) -> Table:
        """One row a run."""
        return self._rows("runs")

    @property
    def outages(self) -> Table:
        """One row an outage as one method saw it; times are in seconds from the migration request."""
        return self._rows("outages")

    @property
    def series(self) -> Table:
        """One row a quantity of a condition: its mean, interval and more over the repetitions."""
        return self._rows("series")

    @property
    def values(self) -> Table:
        """One row a value behind :attr:`series`, with what its measuring leaves open."""
        return self._rows("values")

    @property
    def curves(self) -> Table:
        """One row a second of a mean curve, with its interval."""
        return self._rows("curves")

    @property
    def comparisons(self) -> Table:
        """One row a comparison: condition ``b`` against ``a``."""
        return self._rows("comparisons")

    @property
    def benchmarks(self) -> Table:
        """One row a mean of a benchmark."""
        return self._rows("benchmarks")

    @property
    def results(self) -> Table:
        """One row a value behind :attr:`benchmarks`."""
        return self._rows("results")

    @property
    def diagnostics(self) -> Table:
        """One row a problem of the data, the most severe first."""
        return self._rows("diagnostics")

    def report(
        self,
        out: str | os.PathLike[str],
        *,
        format: str | Sequence[str] = ("html", "pdf"),
        detail: str = "standard",
        lang: str = "en",
        png: bool = False,
        force: bool = False,
    ) -> None:
        """Writes the report into the folder ``out``, completely or not at all.

        :param format: which documents: ``html``, ``pdf``, ``tex``, or several of them
        :param detail: how much they show: ``brief``, ``standard`` or ``full``
        :param lang: ``en`` or ``de``
        :param png: whether each figure is also written as PNG
        :param force: whether an earlier report is replaced
        :raises StillstandError: it cannot be written, or there is something else in its place
        """
        formats = [format] if isinstance(format, str) else list(format)
        self._native["report"](os.fspath(out), formats, png, detail, lang, force)

    def answer(self, lang: str = "en") -> str:
        """The answer in sentences, as text."""
        texts = []
        for answer in self._answers(lang):
            notice = [answer["notice"]] if answer["notice"] else []
            texts.append("\n".join([answer["title"], *notice, *(f"- {text}" for text in answer["sentences"])]))
        return "\n\n".join(texts)

    def _answers(self, lang: str) -> list[dict[str, Any]]:
        return [json.loads(answer) for answer in self._native["answer"](lang)]

    def _rows(self, name: str) -> Table:
        native = self._native["rows"](name)
        return Table(native, {name: unit for name in native["names"] if (unit := _unit(name))})

    def __repr__(self) -> str:
        about = self._about
        return (
            f"<stillstand.Analysis: {', '.join(about['titles'])}; "
            f"{about['conditions']} conditions, {about['runs']} runs>"
        )

    def _repr_html_(self) -> str:
        return "\n".join(_html(answer) for answer in self._answers("en"))


def _html(answer: dict[str, Any]) -> str:
    """The answer of a campaign for a notebook: sentences, the table of conditions, the figure of them all."""
    parts = [f"<h3>{escape(answer['title'])}</h3>"]
    if answer["notice"]:
        parts.append(f"<p><strong>{escape(answer['notice'])}</strong></p>")
    items = "".join(f"<li>{escape(text)}</li>" for text in answer["sentences"])
    parts.append(f"<ul>{items}</ul>")
    if answer["table"]:
        parts.append(_table(answer["table"]))
    if answer["figure"]:
        picture = b64encode(answer["figure"].encode()).decode()
        parts.append(
            '<img alt="All conditions side by side" style="max-width: 100%; background: #fff" '
            f'src="data:image/svg+xml;base64,{picture}" />'
        )
    return "\n".join(parts)


def _table(table: dict[str, Any]) -> str:
    def cell(kind: str, text: str, below: str | None, numeric: bool) -> str:
        align = "right" if numeric else "left"
        more = f"<br/><small>{escape(below)}</small>" if below else ""
        return f'<{kind} style="text-align: {align}">{escape(text)}{more}</{kind}>'

    columns = table["columns"]
    head = "".join(cell("th", column["heading"], column["unit"], column["numeric"]) for column in columns)
    rows = (
        "".join(
            cell("td", of["text"], of["below"], column["numeric"])
            for of, column in zip(row["cells"], columns, strict=True)
        )
        for row in table["rows"]
    )
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    caption = f"<caption>{escape(table['caption'])}</caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
