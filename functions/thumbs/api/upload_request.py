"""The body of POST /uploads: its shape, and the problems with a body that does not fit.

template.yaml contains the same shape as a model, so that API Gateway refuses a malformed body before a function runs.
It is checked here as well, because a function must not trust its caller.
"""

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from thumbs import formats
from thumbs.api.responses import Problem
from thumbs.errors import Reason, describe
from thumbs.settings import Settings

MAX_FILES = 25
MAX_NAME = 1024  # characters: longer than in any file system
_SHA256 = r"[0-9A-Fa-f]{64}"  # compiled once needed, as is the next, because most cold starts need neither
_REFERENCE = r"[ -~]{1,128}"  # printable ASCII
_OPTIONAL = {"reference", "sha256", "profile"}
_MEMBERS = (("name", str), ("type", str), ("size", int), ("reference", str), ("sha256", str), ("profile", str))
MAX_BODY = 400_000  # characters: more than MAX_FILES files with such names, each character written as an escape


@dataclass(frozen=True)
class File:
    """A file that a caller wants to upload. type: content type, lower case; size: bytes; reference: the caller's own
    id of it; sha256: of its content, 64 hexadecimal digits, lower case; profile, focus: see jobs.choices."""

    name: str
    type: str
    size: int
    reference: str | None = None
    sha256: str | None = None
    profile: str | None = None
    focus: tuple[float, float] | None = None


class Refused(Exception):
    """The request is refused. status: of the response; problems: one per bad file."""

    def __init__(self, status: HTTPStatus, detail: str, problems: list[Problem]):
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.problems = problems


_STATUS = {
    Reason.MALFORMED: HTTPStatus.BAD_REQUEST,
    Reason.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Reason.TYPE_NOT_SUPPORTED: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Reason.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Reason.PROFILE_UNKNOWN: HTTPStatus.UNPROCESSABLE_ENTITY,
}


def files(body: str | None, settings: Settings) -> list[File]:
    """The files of a request body. Raises Refused.

    If all bad files have the same problem, the response has that problem's status, otherwise 422.
    """
    entries = _entries(body)
    found = [_problem(index, entry, settings) for index, entry in enumerate(entries)]
    problems = [problem for problem in found if problem]
    if problems:
        statuses = {_STATUS[Reason(problem.code)] for problem in problems}
        status = statuses.pop() if len(statuses) == 1 else HTTPStatus.UNPROCESSABLE_ENTITY
        what = "1 file" if len(problems) == 1 else f"{len(problems)} files"
        raise Refused(status, f"{what} of {len(entries)} cannot be uploaded; nothing was signed.", problems)
    return [_file(entry) for entry in entries]


def _file(entry: dict[str, Any]) -> File:
    digest = entry["sha256"].lower() if "sha256" in entry else None
    focus = entry.get("focus")
    point = (float(focus[0]), float(focus[1])) if focus is not None else None
    whose = entry.get("reference"), digest, entry.get("profile"), point
    return File(entry["name"], entry["type"].lower(), entry["size"], *whose)


def _entries(body: str | None) -> list[dict[str, Any]]:
    if len(body or "") > MAX_BODY:
        detail = f"The body has more than {MAX_BODY} characters."
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, [Problem(Reason.MALFORMED.value, detail, "#")])
    try:
        content = json.loads(body or "")
    except (ValueError, RecursionError):
        raise _malformed("#", "The body is not JSON.") from None
    entries = content.get("files") if isinstance(content, dict) else None
    if not isinstance(entries, list) or not 1 <= len(entries) <= MAX_FILES:
        raise _malformed("#/files", f'The body needs "files": a list of 1 to {MAX_FILES} files.')
    problems = []
    for index, entry in enumerate(entries):
        for name, kind in _MEMBERS:
            if name in _OPTIONAL and name not in entry:
                continue
            value = entry.get(name) if isinstance(entry, dict) else None
            if not isinstance(value, kind) or isinstance(value, bool):
                what = "a whole number of bytes" if kind is int else "a text"
                need = (
                    f'"{name}" is {what}, or left out.' if name in _OPTIONAL else f'Each file needs "{name}": {what}.'
                )
                problems.append(Problem(Reason.MALFORMED.value, need, f"#/files/{index}/{name}", index))
                break
    if problems:
        raise Refused(HTTPStatus.BAD_REQUEST, describe(Reason.MALFORMED)["message"], problems)
    return entries


def _malformed(pointer: str, detail: str) -> Refused:
    return Refused(HTTPStatus.BAD_REQUEST, detail, [Problem(Reason.MALFORMED.value, detail, pointer)])


def _problem(index: int, entry: dict[str, Any], settings: Settings) -> Problem | None:
    """The problem with one well-formed entry, or None."""

    def bad(reason: Reason, member: str, detail: str | None = None, **facts: Any) -> Problem:
        sentence = detail or describe(reason, **facts)["message"]
        return Problem(reason.value, sentence, f"#/files/{index}/{member}", index, entry["name"][:MAX_NAME])

    if not 1 <= len(entry["name"]) <= MAX_NAME:
        return bad(Reason.INVALID, "name", f"A file's name has 1 to {MAX_NAME} characters.")
    if "reference" in entry and not re.fullmatch(_REFERENCE, entry["reference"]):
        return bad(Reason.INVALID, "reference", "A reference has 1 to 128 printable ASCII characters.")
    if "sha256" in entry and not re.fullmatch(_SHA256, entry["sha256"]):
        return bad(Reason.INVALID, "sha256", "A SHA-256 has 64 hexadecimal digits.")
    if "profile" in entry and entry["profile"] not in settings.profiles:
        known = f"A profile is one of those of GET /limits: {', '.join(settings.profiles)}."
        none = "This service has no profiles: leave the profile out."
        return bad(Reason.PROFILE_UNKNOWN, "profile", known if settings.profiles else none)
    if "focus" in entry and not _is_point(entry["focus"]):
        return bad(Reason.INVALID, "focus", "A focus is a list of two numbers from 0 to 1: [x, y].")
    if entry["size"] < 1:
        return bad(Reason.INVALID, "size")
    if entry["type"].lower() not in formats.ACCEPTED_TYPES:
        return bad(Reason.TYPE_NOT_SUPPORTED, "type", accepted=formats.ACCEPTED_LABELS)
    if entry["size"] > settings.max_upload_bytes:
        return bad(Reason.TOO_LARGE, "size", limit=settings.max_upload_megabytes)
    return None


def _is_point(value: Any) -> bool:
    """Whether a value of JSON is a pair of shares. Python's parser also accepts NaN and Infinity, which are none."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(share, int | float) and not isinstance(share, bool) and 0 <= share <= 1 for share in value)
    )
