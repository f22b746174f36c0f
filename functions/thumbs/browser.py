"""What a browser does with what the service signs: post a form, follow a link. For verifying a release."""

from dataclasses import dataclass

import urllib3

_SECONDS = 10.0


@dataclass(frozen=True)
class Answer:
    """type: content type, "" when none is given."""

    status: int
    type: str
    content: bytes


def post(url: str, fields: dict[str, str], file: bytes) -> Answer:
    """Submit a form, its file last, as S3 wants it."""
    form: list[tuple[str, str | tuple[str, bytes]]] = [*fields.items(), ("file", ("picture", file))]
    return _answer(urllib3.request("POST", url, fields=form, timeout=_SECONDS, retries=False))


def get(url: str) -> Answer:
    return _answer(urllib3.request("GET", url, timeout=_SECONDS, retries=False))


def _answer(answer: urllib3.BaseHTTPResponse) -> Answer:
    return Answer(answer.status, answer.headers.get("Content-Type", ""), answer.data)
