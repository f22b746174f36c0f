"""Our own code with changes, as it would be deployed."""

import io
import subprocess
import sys
import zipfile
from dataclasses import dataclass

from dev import stack as deployed


@dataclass(frozen=True)
class Change:
    """One change in our code."""

    file: str
    before: str
    after: str


def package(*changes: Change) -> bytes:
    """Our code with these changes. A change may name only what is there: otherwise each version would only throw."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(deployed.functions_package())) as ours, zipfile.ZipFile(result, "w") as changed:
        for entry in ours.infolist():
            content = ours.read(entry)
            for change in changes:
                if entry.filename == change.file:
                    before, after = change.before.encode(), change.after.encode()
                    assert content.count(before) == 1, f"{change.file} no longer has {change.before!r} once"
                    content = content.replace(before, after)
                    _refuse_unknown_names(change.file, content)
            changed.writestr(entry, content)
    return result.getvalue()


def _refuse_unknown_names(file: str, content: bytes) -> None:
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--quiet", "--select", "F821", "-"]
    found = subprocess.run(ruff, input=content, capture_output=True)
    assert found.returncode == 0, f"{file}, as changed:\n{found.stdout.decode()}"
