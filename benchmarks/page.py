"""What many files cost the upload page: measured in Chromium, in the browser tests' own environment."""

import subprocess
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_PYTHON = _ROOT / ".venv" / "bin" / "python"

_ABOUT = """\
Each row shows how the page handles that many small files, chosen at once in Chromium. The server answers immediately,
so the page has everything to do at the same time. A task is a stretch of work during which the page does not react; the
browser reports tasks of 50 ms or more. Storing is writing down what a reload needs. Memory is that of the page's
process, minus what it used before.
"""


def report() -> str:
    """Raises as `measured`."""
    return f"{_ABOUT}\n{measured('tests.browser.benchmark')}"


def measured(module: str) -> str:
    """What a program of the browser tests prints. Raises RuntimeError if their environment is not installed."""
    if not _PYTHON.exists():
        raise RuntimeError("the page is measured by the browser tests' environment: make .venv/test.stamp")
    command = [str(_PYTHON), "-m", module]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=_ROOT).stdout
