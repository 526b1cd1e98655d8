"""The notebook of `examples` runs from its first cell to its last."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).resolve().parents[2] / "examples" / "notebook.ipynb"
KILOBYTE = 1000


def test_the_notebook_runs(tmp_path):
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    # Where its report goes, and from where it names the sample data.
    os.environ["STILLSTAND_NOTEBOOK_OUT"] = str(tmp_path)
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(NOTEBOOK.parent)}})
    client.execute()
    printed = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert any("image/png" in output.get("data", {}) for output in printed)
    assert any("<table>" in output.get("data", {}).get("text/html", "") for output in printed)
    assert (tmp_path / "report" / "report.html").is_file()


def test_the_notebook_is_kept_small_and_executed():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert NOTEBOOK.stat().st_size < 200 * KILOBYTE
    if not any(cell.outputs for cell in cells):
        pytest.fail("the notebook has no outputs")
