"""What many files cost the upload page: measured in Chromium, by the browser tests' own environment."""

import subprocess
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_PYTHON = _ROOT / ".venv" / "bin" / "python"

_ABOUT = """\
So many small files, chosen at once in Chromium, against a server that answers at once, so that the page has everything
to do at the same time. A task is what the page does at a stretch, in which it does not react; the browser reports those
that take 50 ms. Storing is what is written for a reload. Memory is of the page's process, above what it took before.
"""


def report() -> str:
    """Raises RuntimeError where the tests' environment is not installed."""
    if not _PYTHON.exists():
        raise RuntimeError("the page is measured by the browser tests' environment: make .venv/test.stamp")
    command = [str(_PYTHON), "-m", "tests.browser.benchmark"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=_ROOT)
    return f"{_ABOUT}\n{done.stdout}"
