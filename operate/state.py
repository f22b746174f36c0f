"""The state that the operator's commands keep, so that a command that was stopped in any way continues where it was."""

import csv
import io
import json
import os
import re
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True)
class Reached:
    """The progress of a reconversion. after: the last original that was passed on, "" at the start. version: of the
    conversion, which changes with its settings and its code."""

    after: str
    version: str

    @classmethod
    def read(cls, path: Path, version: str) -> Self:
        """Starts from the beginning if there is no such file, or if it belongs to another version."""
        try:
            found = cls(**json.loads(path.read_text()))
        except (OSError, ValueError, TypeError):
            return cls("", version)
        return found if found.version == version else cls("", version)

    def write(self, path: Path) -> None:
        """Written completely or not at all, even if the process is killed."""
        new = path.with_name(path.name + ".new")
        new.write_text(json.dumps(asdict(self)))
        new.replace(path)


class Imports:
    """The job of each imported object: a CSV file with one line each, written before the object is copied.

    So the job of every copied object is recorded, and only the object of the last line may not have been copied. A line
    that is incomplete, for example because the disk was full, was not used yet, and is cut off. Raises ValueError for a
    file of another kind.
    """

    _LINE_END = re.compile(rb",[0-9a-f]{32}\r?\n")

    def __init__(self, path: Path):
        self._path = path
        content = path.read_bytes() if path.exists() else b""
        ends = [0, 0, *(line.end() for line in self._LINE_END.finditer(content))]
        self._last, self._end = ends[-2:]  # the start and the end of the last line
        rows = csv.reader(io.StringIO(content[: self._end].decode(), newline=""))
        try:
            self.jobs: dict[str, str] = dict(rows)
        except ValueError as error:
            raise ValueError(f"{path} is not a list of imported objects and their jobs") from error
        if not self._end and b"\n" in content:
            raise ValueError(f"{path} is not a list of imported objects and their jobs")

    @property
    def last(self) -> str | None:
        """The object of the last line, or None."""
        return next(reversed(self.jobs), None)

    def __enter__(self) -> Self:
        self._file = self._path.open("r+b" if self._path.exists() else "w+b")
        self._file.truncate(self._end)
        self._file.seek(self._end)
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def begin(self, source: str) -> str:
        """A job for an object, recorded permanently."""
        job = uuid.uuid4().hex
        line = io.StringIO(newline="")
        csv.writer(line).writerow([source, job])
        self._last = self._file.tell()
        self._file.write(line.getvalue().encode())
        self._file.flush()
        os.fsync(self._file.fileno())
        self.jobs[source] = job
        return job

    def take_back(self, source: str) -> None:
        """The object of the last line was not copied, and will not be: removes its job."""
        del self.jobs[source]
        self._file.truncate(self._last)
        self._file.seek(self._last)
