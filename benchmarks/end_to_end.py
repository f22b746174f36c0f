"""Where the time goes from the drop of photos until the page says that all are done, and in many small uploads.

On this machine, with the service of `make run`, in the browser tests' own environment."""

import subprocess
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_PYTHON = _ROOT / ".venv" / "bin" / "python"

_ABOUT = """\
The whole service on this machine, as `make run` starts it: page, API and functions are the real ones, AWS is an
emulator, and everything competes for the same cores. So the seconds are this machine's, and the CPU of each process
says which part is the service's own. "Emulator" is all of AWS: S3, API Gateway, Lambda, SQS, signatures and IAM.
"Client" is the program that drives the browser, or sends the uploads. Previews and encoding of uploads are the page's.
A stage's sum counts calls that overlap as often as there are; the page asks for results until all are there.
"""


def report(*options: str) -> str:
    """options: --photos, --uploads. Raises RuntimeError if the tests' environment is not installed."""
    if not _PYTHON.exists():
        raise RuntimeError("the page is measured by the browser tests' environment: make .venv/test.stamp")
    command = [str(_PYTHON), "-m", "tests.browser.end_to_end", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=_ROOT)
    return f"{_ABOUT}\n{done.stdout}"
