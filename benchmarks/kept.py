"""What a report has measured so far. A run that was refused or interrupted continues where it stopped.

Figures belong to the code that was measured, to the machine, and to the number of rounds: with others, nothing is found
here, and what was kept before is removed.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.inputs import CACHE

_ROOT = Path(__file__).resolve().parent.parent
_MEASURED = ("benchmarks", "dev", "frontend", "functions", "layers", "template.yaml")
# These show figures, and a better sentence does not make figures invalid.
_SHOWN = {f"benchmarks/{name}.py" for name in ("__main__", "kept", "report", "standings", "tables")}
_IGNORED = {"node_modules", "__pycache__"}


class Kept:
    """Values by name, as JSON in .cache/benchmarks/report."""

    def __init__(self, *conditions: object, folder: Path = CACHE / "report"):
        """conditions: what the values depend on besides the code."""
        told = json.dumps([_code(), *map(str, conditions)])
        self._folder = folder / hashlib.sha256(told.encode()).hexdigest()[:12]
        for outdated in folder.glob("*"):
            if outdated != self._folder:
                shutil.rmtree(outdated)
        self._folder.mkdir(parents=True, exist_ok=True)

    def get(self, name: str) -> Any:
        """None if it was not kept."""
        path = self._folder / f"{name}.json"
        return json.loads(path.read_text()) if path.exists() else None

    def put(self, name: str, value: Any) -> None:
        unfinished = self._folder / f"{name}.unfinished"
        unfinished.write_text(json.dumps(value))
        unfinished.rename(self._folder / f"{name}.json")


@cache
def _code() -> str:
    """A digest of all files that are measured, and of those that measure them."""
    digest = hashlib.sha256()
    for path in _files():
        digest.update(str(path.relative_to(_ROOT)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files() -> Iterator[Path]:
    for name in _MEASURED:
        top = _ROOT / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            relative = path.relative_to(_ROOT)
            if path.is_file() and str(relative) not in _SHOWN and not _IGNORED.intersection(relative.parts):
                yield path
