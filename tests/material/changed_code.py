"""Our own code with changes, as it would be deployed."""

import io
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
    """Our code with these changes."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(deployed.functions_package())) as ours, zipfile.ZipFile(result, "w") as changed:
        for entry in ours.infolist():
            content = ours.read(entry)
            for change in changes:
                if entry.filename == change.file:
                    before, after = change.before.encode(), change.after.encode()
                    assert content.count(before) == 1, f"{change.file} no longer has {change.before!r} once"
                    content = content.replace(before, after)
            changed.writestr(entry, content)
    return result.getvalue()
