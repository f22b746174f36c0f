"""The tests of this project by name, for documents that refer to them."""

import re
from pathlib import Path

from dev.emulator import ROOT


def places() -> dict[str, list[Path]]:
    """For each test, the files that define it, relative to tests/."""
    found: dict[str, list[Path]] = {}
    for path in (ROOT / "tests").rglob("test_*.py"):
        for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text(), re.MULTILINE):
            found.setdefault(name, []).append(path.relative_to(ROOT / "tests"))
    return found


PLACES = places()
