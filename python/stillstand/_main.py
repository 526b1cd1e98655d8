"""The command line, for the script `stillstand` and `python -m stillstand`."""

from __future__ import annotations

import signal
import sys

from stillstand import _native


def main() -> int:
    """Runs the program with the arguments of the process; returns its exit status."""
    # Ctrl-C ends the program at once, as it does without Python.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _native.main(["stillstand", *sys.argv[1:]])
