"""Logs as columns: what is in them, and that they go out without a copy."""

from __future__ import annotations

import gzip
import json
import os
import pickle
import subprocess
import sys
import threading
import time

import duckdb
import polars as pl
import pyarrow as pa
import pytest

import stillstand


@pytest.fixture
def dstat(campaign):
    return campaign / "cpuburn1-dstat-kirsche.test"


def test_a_log_says_of_itself_what_inspect_says(dstat, program, close):
    frame = stillstand.read(dstat)
    told = json.loads(program("inspect", "--format", "json", dstat).stdout)[0]
    assert frame.format == told["format"] == "dstat"
    assert frame.clock == told["clock"]
    assert (frame.rows.read, frame.rows.lost) == (told["rows_read"], told["rows_lost"])
    assert frame.units == {column["name"]: column["unit"] for column in told["columns"]}
    assert frame.columns == [column["name"] for column in told["columns"]]
    assert frame.facts == told["facts"]
    assert frame.version == told["version"]
    assert [vars(found) for found in frame.diagnostics] == [
        {key: found.get(key) for key in ("severity", "code", "line", "column", "message", "text")}
        for found in told["diagnostics"]
    ]
    head = frame.to_polars().head(len(told["head"])).to_dicts()
    assert len(head) > 0
    for row, expected in zip(head, told["head"], strict=True):
        assert close(row, expected)


def test_every_library_gets_the_same_rows(dstat):
    frame = stillstand.read(dstat)
    polars, arrow, pandas = frame.to_polars(), frame.to_arrow(), frame.to_pandas()
    assert polars.height == arrow.num_rows == len(pandas) == len(frame) == frame.rows.read > 70
    assert polars.columns == arrow.column_names == list(pandas.columns) == frame.columns
    total = polars["cpu.user"].sum()
    assert total > 0
    assert sum(value for value in arrow["cpu.user"].to_pylist() if value is not None) == pytest.approx(total)
    assert pandas["cpu.user"].sum() == pytest.approx(total)
    counted, summed = duckdb.sql('select count(*), sum("cpu.user") from frame').fetchall()[0]
    assert (counted, summed) == (len(frame), pytest.approx(total))
    assert pa.schema(frame).names == frame.columns


def test_text_and_missing_values_arrive(campaign, fixtures):
    frame = stillstand.read(campaign / "cpuburn1-xentop-kirsche.test")
    polars = frame.to_polars()
    assert polars.to_dicts() == frame.to_arrow().to_pylist()
    names = {frame.format}
    for path in sorted(fixtures.glob("*/valid/*")):
        if path.is_file():
            frame = stillstand.read(path)
            assert frame.to_polars().equals(pl.DataFrame(frame.to_arrow()))
            names.update(of.format for of in [frame, *frame.others])
    assert names == {of.name for of in stillstand.formats()}


def test_nothing_is_copied(dstat):
    """Whoever takes the columns gets the same addresses, again and again."""
    frame = stillstand.read(dstat)
    compared = 0
    first, second = frame.to_arrow(), frame.to_arrow()
    polars = frame.to_polars()
    for name in frame.columns:
        for one, other in zip(first[name].chunks, second[name].chunks, strict=True):
            addresses = [buffer and buffer.address for buffer in one.buffers()]
            assert addresses == [buffer and buffer.address for buffer in other.buffers()]
            if pa.types.is_floating(one.type) and first[name].num_chunks == 1:
                # What polars gives to pyarrow is what it was given.
                assert polars[name].to_arrow().buffers()[1].address == addresses[1]
                compared += 1
    assert compared > 5


def test_a_large_log_is_not_copied_either(dstat):
    lines = dstat.read_bytes().splitlines(keepends=True)
    frame = stillstand.read(b"".join(lines) + b"".join(lines[-50:]) * 400)
    first, second, polars = frame.to_arrow(), frame.to_arrow(), frame.to_polars()
    assert len(frame) == polars.height == first.num_rows > 20_000
    for name in frame.columns:
        one, other = ([chunk.buffers()[-1].address for chunk in table[name].chunks] for table in (first, second))
        assert one == other
    assert polars["cpu.user"].tail(50).to_list() == polars["cpu.user"].tail(100).head(50).to_list()
    assert polars["cpu.user"].to_list() == first["cpu.user"].to_pylist()


def test_columns_outlive_their_frame(dstat):
    table = stillstand.read(dstat).to_arrow()
    expected = stillstand.read(dstat).to_polars()["cpu.user"].to_list()
    assert table["cpu.user"].to_pylist() == expected


def test_a_schema_or_stream_that_nobody_takes_is_given_back(dstat):
    frame = stillstand.read(dstat)
    for _ in range(100):
        frame.__arrow_c_schema__()
        frame.__arrow_c_stream__()
    assert frame.to_polars().height == len(frame)


def test_bytes_and_packed_files(dstat, tmp_path):
    plain = dstat.read_bytes()
    expected = stillstand.read(dstat).to_polars()
    packed = tmp_path / "log.gz"
    packed.write_bytes(gzip.compress(plain))
    for source in (plain, bytearray(plain), memoryview(plain), str(dstat), gzip.compress(plain), packed):
        assert stillstand.read(source).to_polars().equals(expected)


@pytest.mark.skipif(sys.version_info < (3, 14), reason="zstd came to Python with 3.14")
def test_zstd(dstat):
    from compression import zstd

    plain = dstat.read_bytes()
    assert stillstand.read(zstd.compress(plain)).to_polars().equals(stillstand.read(plain).to_polars())


def test_zstd_by_arrow(dstat):
    plain = dstat.read_bytes()
    packed = pa.Codec("zstd").compress(plain, asbytes=True)
    assert stillstand.read(packed).to_polars().equals(stillstand.read(plain).to_polars())


def test_a_damaged_log_still_gives_data(dstat):
    lines = dstat.read_bytes().splitlines(keepends=True)
    whole = stillstand.read(dstat)
    broken = len(lines) - 5
    lines[broken] = b"1,2,rubbish\n"
    frame = stillstand.read(b"".join(lines))
    assert frame.rows.read + frame.rows.lost == whole.rows.read
    assert frame.rows.lost == 1
    [found] = [one for one in frame.diagnostics if one.line == broken + 1]
    assert found.severity != "note" and found.message and found.text


def test_parts(fixtures):
    frames = [stillstand.read(path) for path in sorted(fixtures.glob("ping/valid/*")) if path.is_file()]
    [first, *_] = [frame for frame in frames if len(frame.parts) > 1]
    rows = [row for part in first.parts for row in part.rows]
    # Sessions may be interleaved.
    assert sorted(rows) == list(range(len(first)))


def test_errors(tmp_path):
    with pytest.raises(FileNotFoundError) as missing:
        stillstand.read(tmp_path / "none.log")
    assert missing.value.filename == str(tmp_path / "none.log")
    (tmp_path / "words.log").write_text("hello\n")
    with pytest.raises(stillstand.StillstandError, match="unknown format") as unknown:
        stillstand.read(tmp_path / "words.log")
    error = unknown.value
    assert (error.file, error.text) == (str(tmp_path / "words.log"), "hello")
    assert str(error).startswith(error.file)
    assert vars(pickle.loads(pickle.dumps(error))) == vars(error)
    with pytest.raises(stillstand.StillstandError, match="empty"):
        stillstand.read(b"")
    with pytest.raises(stillstand.StillstandError, match="gzip, and damaged"):
        stillstand.read(gzip.compress(b"text" * 99)[:8])
    with pytest.raises(stillstand.StillstandError):
        stillstand.read(tmp_path)
    with pytest.raises(TypeError):
        stillstand.read(7)


def test_what_stands_before_damage_is_read(campaign):
    log = (campaign / "none1-ping.test").read_bytes()
    packed = gzip.compress(log)
    frame = stillstand.read(packed[: len(packed) // 2])
    assert "file-damaged" in [found.code for found in frame.diagnostics]
    assert 10 < frame.to_polars().height < stillstand.read(log).to_polars().height


def test_an_unusable_log_says_where(fixtures):
    errors = []
    for path in sorted(fixtures.glob("*/invalid/*")):
        if path.is_file():
            try:
                stillstand.read(path)
            except stillstand.StillstandError as error:
                errors.append(error)
    assert len(errors) > 10
    assert any(error.line is not None and error.text for error in errors)


def test_the_interpreter_is_not_held(campaign):
    log = (campaign / "cpuburn1-dstat-kirsche.test").read_bytes()
    lines = log.splitlines(keepends=True)
    many = b"".join(lines) + b"".join(lines[-100:]) * 3000
    for _ in range(5):
        stamps, stop = [], threading.Event()

        def count(stamps=stamps, stop=stop):
            while not stop.is_set():
                stamps.append(time.perf_counter())
                time.sleep(0.001)

        thread = threading.Thread(target=count)
        thread.start()
        start = time.perf_counter()
        stillstand.read(many)
        end = time.perf_counter()
        stop.set()
        thread.join()
        inside = [stamp for stamp in stamps if start < stamp < end]
        if len(inside) > 3:
            return
    pytest.fail(f"{len(inside)} steps of another thread in {end - start:.2f} s")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_reading_works_after_a_fork(dstat):
    code = (
        "import os, sys, stillstand\n"
        f"path = {str(dstat)!r}\n"
        "rows = len(stillstand.read(path))\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    os._exit(0 if len(stillstand.read(path)) == rows > 0 else 1)\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0


def test_formats():
    names = [of.name for of in stillstand.formats()]
    assert {"dstat", "ping", "fio"} <= set(names) and len(names) == len(set(names))
    assert all(of.description and of.written_by for of in stillstand.formats())


def test_a_table_is_read_as_its_campaign_declares(tmp_path):
    (tmp_path / "requests.csv").write_text("t,latency_ms\n1264542506.5,12\n1264542507.5,14\n")
    declared = "[[probes]]\nfiles = 'requests.csv'\ntime = 't'\nduration = 'latency_ms'\nloop = 'open'\n"
    (tmp_path / "campaign.toml").write_text(declared)
    frame = stillstand.read(tmp_path / "requests.csv")
    assert (len(frame), frame.clock) == (2, "time stamps")
    with pytest.raises(stillstand.StillstandError, match="unknown format"):
        stillstand.read((tmp_path / "requests.csv").read_bytes())
    (tmp_path / "ping.log").write_bytes(
        b"PING a (10.0.0.1) 56(84) bytes of data.\n64 bytes from 10.0.0.1: icmp_seq=1 ttl=64 time=0.2 ms\n"
    )
    (tmp_path / "campaign.toml").write_text("titel = 1\n")
    [found] = [one for one in stillstand.read(tmp_path / "ping.log").diagnostics if one.code == "campaign-toml-wrong"]
    assert found.severity == "warning" and "campaign.toml" in found.message
