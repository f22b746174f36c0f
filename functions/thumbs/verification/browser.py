"""Acts as a browser with signed requests: posts a form, follows a link. For verifying a release.

urllib3 is the runtime's, which comes with boto3 and may be version 1.26 or 2: only features of both are used.
"""

from dataclasses import dataclass
from typing import Any

import urllib3

from thumbs.aws import connections

_SECONDS = 10.0


class Unreachable(Exception):
    """The host has no address, refuses the connection, or does not respond in time."""


@dataclass(frozen=True)
class Answer:
    """type: content type, "" if there is none."""

    status: int
    type: str
    content: bytes


def post(url: str, fields: dict[str, str], file: bytes) -> Answer:
    """Submit a form, with the file last, as S3 requires. Raises Unreachable."""
    form: list[tuple[str, str | tuple[str, bytes]]] = [*fields.items(), ("file", ("picture", file))]
    return _answer("POST", url, fields=form)


def get(url: str) -> Answer:
    """Raises Unreachable."""
    return _answer("GET", url)


def _answer(method: str, url: str, **form: Any) -> Answer:
    try:
        with urllib3.PoolManager(ssl_context=connections.trust()) as pool:
            answer = pool.request(method, url, timeout=_SECONDS, retries=False, **form)
    except urllib3.exceptions.HTTPError as error:
        raise Unreachable(str(error)) from error
    return Answer(answer.status, answer.headers.get("Content-Type", ""), answer.data)
