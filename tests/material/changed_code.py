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
    """Our code with these changes. A changed file must not use an undefined name, because it would only throw."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(deployed.functions_package())) as ours, zipfile.ZipFile(result, "w") as changed:
        for entry in ours.infolist():
            content = ours.read(entry)
            here = [change for change in changes if change.file == entry.filename]
            for change in here:
                before, after = change.before.encode(), change.after.encode()
                assert content.count(before) == 1, f"{change.file} no longer has {change.before!r} once"
                content = content.replace(before, after)
            if here:
                _refuse_undefined_names(entry.filename, content)
            changed.writestr(entry, content)
    return result.getvalue()


def _refuse_undefined_names(file: str, content: bytes) -> None:
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--quiet", "--select", "F821", "-"]
    found = subprocess.run(ruff, input=content, capture_output=True)
    assert found.returncode == 0, f"{file}, as changed:\n{found.stdout.decode()}"
