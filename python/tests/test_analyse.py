"""Campaigns: the same numbers as the command line, as dictionaries, frames, reports and in a notebook."""

from __future__ import annotations

import json
import shutil
import xml.etree.ElementTree
from base64 import b64decode
from pathlib import Path

import polars as pl
import pytest

import stillstand


@pytest.fixture(scope="module")
def analysis(campaign):
    return stillstand.analyse(campaign)


@pytest.fixture(scope="module")
def summary(analysis):
    return analysis.summary


@pytest.mark.parametrize("name", ["xen-live-migration", "xen-efficiency", "qemu-sweep"])
def test_the_summary_is_that_of_the_command_line(samples, program, name):
    printed = program("stats", "--format", "json", "--quiet", samples / name)
    assert printed.returncode == 0, printed.stderr
    assert stillstand.analyse(samples / name).summary == json.loads(printed.stdout)


def test_options_are_those_of_the_command_line(campaign, program):
    options = ["--align", "outage,resume", "--where", "load=none,memtester", "--memory", "2G", "--jobs", "1"]
    printed = program("stats", "--format", "json", "--quiet", *options, campaign)
    analysis = stillstand.analyse(
        campaign, align=["outage", "resume"], where={"load": ["none", "memtester"]}, memory="2G", jobs=1
    )
    assert analysis.summary == json.loads(printed.stdout)
    assert analysis.summary != stillstand.analyse(campaign).summary


def test_frames_hold_what_the_summary_holds(analysis, summary, close):
    """The summary rounds to twelve digits."""

    def same(rows, expected, names):
        assert len(rows) == len(expected) > 0
        for row, of in zip(rows, expected, strict=True):
            assert close({name: row[name] for name in names}, {name: of[name] for name in names})
            assert row.items() >= of.get("factors", {}).items()

    runs = analysis.runs.to_polars().to_dicts()
    same(runs, [{**run["migration"], **run} for run in summary["runs"]], ["repetition", "status", "duration_s"])
    assert [run["run"] for run in runs] == [run["id"] for run in summary["runs"]]
    of_runs = [outage for run in summary["runs"] for outage in run["outages"]]
    names = ["method", "estimate_s", "lower_s", "upper_s", "start_s", "end_s", "censored"]
    same(analysis.outages.to_polars().to_dicts(), of_runs, names)
    names = "metric unit n n_censored mean sd median min max ci95_low ci95_high interval_of".split()
    same(analysis.series.to_polars().to_dicts(), summary["series"], names)
    values = [
        {"metric": of["metric"], "value": value, "low": low, "high": high}
        for of in summary["series"]
        for value, low, high in zip(of["values"], of["values_low"], of["values_high"], strict=True)
    ]
    same(analysis.values.to_polars().to_dicts(), values, ["metric", "value", "low", "high"])
    names = "metric ratio ratio_ci95_low ratio_ci95_high difference dominance p_value p_adjusted test".split()
    same(analysis.comparisons.to_polars().to_dicts(), summary["comparisons"], names)
    names = ["severity", "code", "file", "line", "column", "message", "text"]
    same(analysis.diagnostics.to_polars().to_dicts(), summary["diagnostics"], names)


def test_frames_of_benchmarks(samples, close):
    analysis = stillstand.analyse(samples / "xen-efficiency")
    told = analysis.summary["benchmarks"]
    rows = analysis.benchmarks.to_polars().to_dicts()
    assert len(rows) == len(told) > 10
    for row, of in zip(rows, told, strict=True):
        for name in ("benchmark", "operation", "vm", "unit", "direction", "n", "value", "sd", "ci95_low"):
            assert close(row[name], of[name]), name
    assert len(analysis.results) >= len(rows)
    assert len(analysis.runs) == 0 and "run" in analysis.runs.columns


def test_curves_are_those_of_the_report(analysis, tmp_path, close):
    out = tmp_path / "report"
    analysis.report(out, format="html", detail="brief")
    curves = analysis.curves.to_polars()
    told = analysis.summary["curves"]
    assert curves.select("metric", "condition", "host", "align").unique().height == len(told) > 10
    assert analysis.curves.units["t_s"] == "s"
    for of in told[:: max(1, len(told) // 7)]:
        expected = pl.read_parquet(out / of["file"]).select("t_s", "mean", "sd", "ci95_low", "ci95_high", "n")
        chosen = curves.filter(
            pl.col("metric") == of["metric"],
            pl.col("host").eq_missing(of["host"]),
            *(pl.col(factor) == level for factor, level in of["factors"].items()),
        )
        for name in expected.columns:
            assert close(chosen[name].to_list(), expected[name].to_list()), name


def test_a_folder_of_campaigns_has_chapters(samples):
    analysis = stillstand.analyse(samples / "qemu-sweep")
    chapters = {campaign["chapter"] for campaign in analysis.summary["campaigns"]}
    assert len(chapters) > 1
    assert set(analysis.series.to_polars()["chapter"]) == chapters
    # A batch for each, since nothing is put together.
    arrow = analysis.series.to_arrow()
    assert arrow["metric"].num_chunks == len(chapters)
    assert arrow.to_pylist() == analysis.series.to_polars().to_dicts()


def test_a_report_is_written_and_verified(analysis, program, tmp_path):
    out = tmp_path / "report"
    analysis.report(out, format=["html", "pdf"], lang="de")
    names = {path.name for path in out.iterdir()}
    assert {"report.html", "report.pdf", "summary.json", "manifest.json"} <= names
    verified = program("verify", out)
    assert verified.returncode == 0, verified.stderr
    assert json.loads((out / "summary.json").read_bytes()) == analysis.summary
    with pytest.raises(stillstand.StillstandError, match="--force"):
        analysis.report(out)
    analysis.report(out, format="html", detail="brief", force=True)
    assert not (out / "report.pdf").exists()


def test_a_notebook_shows_the_answer(analysis, summary):
    page = analysis._repr_html_()
    whole = xml.etree.ElementTree.fromstring(f"<div>{page}</div>")
    rows = whole.findall(".//tbody/tr")
    assert len(rows) == len(summary["conditions"])
    assert len(whole.findall(".//li")) >= len(summary["conditions"])
    picture = whole.find(".//img").get("src").split("base64,")[1]
    assert xml.etree.ElementTree.fromstring(b64decode(picture)).tag.endswith("svg")
    assert summary["campaign"]["title"] in repr(analysis)
    assert analysis.answer().splitlines()[0] == summary["campaign"]["title"]
    assert analysis.answer("de") != analysis.answer()


def test_names_of_strangers_are_no_markup(campaign, tmp_path):
    copy = tmp_path / "logs"
    shutil.copytree(campaign, copy)
    text = (copy / "campaign.toml").read_text()
    (copy / "campaign.toml").write_text("title = '<script>alert(1)</script>'\n" + "\n".join(
        line for line in text.splitlines() if not line.startswith("title")
    ))
    page = stillstand.analyse(copy)._repr_html_()
    assert "<script" not in page and "&lt;script&gt;" in page


def test_errors(campaign, tmp_path):
    with pytest.raises(FileNotFoundError):
        stillstand.analyse(tmp_path / "none")
    with pytest.raises(ValueError, match="at least one"):
        stillstand.analyse()
    for options, message in [
        ({"align": "start"}, "align: there is no `start`; there are request, outage, resume, end"),
        ({"memory": "much"}, "memory: `much`: expected a size"),
        ({"jobs": 0}, "jobs: expected a number"),
    ]:
        with pytest.raises(ValueError, match=message):
            stillstand.analyse(campaign, **options)
    with pytest.raises(TypeError):
        stillstand.analyse(campaign, colour="red")
    (tmp_path / "campaign.toml").write_text("titel = 'wrong'\n")
    with pytest.raises(stillstand.StillstandError, match="titel"):
        stillstand.analyse(tmp_path)


def test_wrong_options_of_a_report(analysis, tmp_path):
    for options in ({"format": "doc"}, {"detail": "much"}, {"lang": "fr"}):
        with pytest.raises(ValueError, match="there are"):
            analysis.report(tmp_path / "report", **options)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").write_text("kept")
    with pytest.raises(stillstand.StillstandError):
        analysis.report(tmp_path / "mine", force=True)
    assert (tmp_path / "mine" / "file").read_text() == "kept"


def test_too_little_memory_is_an_error(campaign):
    with pytest.raises(stillstand.StillstandError, match="incomplete"):
        stillstand.analyse(campaign, memory="2M")
    with pytest.raises(stillstand.StillstandError, match="could be used"):
        stillstand.analyse(campaign, memory=1000)


def test_stubs_name_what_there_is():
    package = Path(stillstand.__file__).parent
    assert (package / "py.typed").is_file() and (package / "_native.pyi").is_file()
    for name in stillstand.__all__:
        assert getattr(stillstand, name).__doc__, name
