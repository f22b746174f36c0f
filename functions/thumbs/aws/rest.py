"""S3's REST API: signed requests, tried again as AWS's SDKs do it (docs/decisions/s3-without-boto3.md)."""

import base64
import hashlib
import random
import re
import time
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from thumbs import settings, signature
from thumbs.aws import connections
from thumbs.aws.connections import Answer, Unanswered

T = TypeVar("T")

LONGEST = 128_000_000  # bytes of a response, unless a caller accepts fewer: more than MaxUploadMegabytes can be

# AWS SDKs and Tools reference guide, "Retry behavior", mode "standard". boto3 counts retries: three after the first.
_ATTEMPTS = 4
_LONGEST_PAUSE = 20.0  # seconds
_TRANSIENT = {500, 502, 503, 504}
_AGAIN = {
    *("RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete"),
    *("Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "RequestThrottled"),
    *("TooManyRequestsException", "RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException"),
    *("SlowDown", "TransactionInProgressException", "ProvisionedThroughputExceededException"),
    "EC2ThrottledException",
}

# Regular expressions instead of a parser, because an error may come from anywhere on the way.
_CODE = re.compile(rb"<Code>([A-Za-z0-9.]{1,64})</Code>")
_MESSAGE = re.compile(rb"<Message>([^<]{1,300})")


class Refused(Exception):
    """S3 has refused a request. code: S3's, such as NoSuchKey; the status, such as 404, if there is none."""

    def __init__(self, code: str, status: int, message: str = ""):
        super().__init__(f"{code} ({status}): {message}")
        self.code, self.status = code, status


def send(
    method: str,
    bucket: str,
    key: str,
    understand: Callable[[Answer], T],
    *,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    most: int = LONGEST,
) -> T:
    """What S3 says to a request that it has accepted. headers: by their names in lower case. most: bytes of content.

    understand: what an answer says. An answer of which it raises KeyError, TypeError or ValueError is not one of S3's,
    or not all of it, whatever its status, because S3 may say 200 before it fails. So the request is made again.

    Raises Refused, Unanswered, and connections.TooLarge. A write that raises Unanswered may have taken effect; so may
    one that raises Refused with the failed condition (412), by an earlier attempt of the same call.
    """
    attempt = 0
    while True:
        attempt += 1
        try:
            return _understood(_once(method, bucket, key, query or {}, headers or {}, body, most), understand)
        except Unanswered as error:
            if attempt == _ATTEMPTS:
                raise
            again_at_once = error.kept
        except Refused as error:
            if attempt == _ATTEMPTS or not (error.status in _TRANSIENT or error.code in _AGAIN):
                raise
            again_at_once = False
        if not again_at_once:
            time.sleep(random.random() * min(2 ** (attempt - 1), _LONGEST_PAUSE))  # noqa: S311  not a secret


def document(answer: Answer, root: str) -> Any:
    """The element that the whole response is. Raises ValueError if it is no XML, defines anything itself, or is another
    one, such as an error that S3 noticed after it had begun with 200."""
    from xml.etree import ElementTree  # here, because most calls need no XML

    text = answer.content.decode()  # whatever it declares: in another encoding, "<!" would have other bytes
    if "<!" in text:
        raise ValueError("it has a document type")
    try:
        whole = ElementTree.fromstring(text)  # noqa: S314  without definitions, nothing grows
    except ElementTree.ParseError as error:
        raise ValueError(f"it is no XML: {error}") from error
    if whole.tag.rpartition("}")[2] != root:
        raise ValueError(f"it is no {root}: {text:.200}")
    return whole


def _understood(answer: Answer, understand: Callable[[Answer], T]) -> T:
    try:
        return understand(answer)
    except (KeyError, TypeError, ValueError) as error:
        raise Unanswered(f"the response is none of S3's: {error!r:.300}") from error


def _once(
    method: str,
    bucket: str,
    key: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    body: bytes,
    most: int,
) -> Answer:
    current = settings.current()
    url = urlsplit(f"{signature.bucket_url(current, bucket)}/{signature.path(key)}")
    target = url.path, signature.query_string(query)
    sent = {"host": url.netloc, "user-agent": "image-thumbnails", **headers}
    if body:
        crc = base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()
        sent |= {"x-amz-checksum-crc32": crc, "x-amz-sdk-checksum-algorithm": "CRC32"}
    signed = signature.signed(current, method, target, sent, body, datetime.now(UTC))
    if trace := current.trace:  # by which Lambda recognises functions that call each other for ever
        signed["x-amzn-trace-id"] = quote(trace, safe="-=;:+&[]{}\"',")
    path = "?".join(filter(None, target))
    answer = connections.ask((url.scheme, url.netloc), method, path, signed, body, most)
    if answer.status >= 300:
        raise _refusal(answer)
    if method == "GET":
        _check(answer)
    return answer


def _refusal(answer: Answer) -> Refused:
    code, message = _CODE.search(answer.content), _MESSAGE.search(answer.content)
    said = message[1].decode(errors="replace") if message else ""
    request = answer.headers.get("x-amz-request-id", "none")[:64]
    name = code[1].decode() if code else str(answer.status)
    return _refused(name)(name, answer.status, f"{said} [request {request}]")


@lru_cache(32)
def _refused(code: str) -> type[Refused]:
    """A class whose name is S3's code, because logs and saved queries group errors by the name of their class."""
    return type(code, (Refused,), {}) if code.isidentifier() else Refused


def _check(answer: Answer) -> None:
    """Raises Unanswered if the content is not what S3 has stored, as far as S3 says.

    The checksum of an object that was uploaded in parts is not one of its content, and ends in their number.
    """
    expected = {name: answer.headers.get(f"x-amz-checksum-{name}", "") for name in ("crc32", "sha1", "sha256")}
    for name, value in expected.items():
        if value and "-" not in value:
            digest = (
                zlib.crc32(answer.content).to_bytes(4, "big")
                if name == "crc32"
                else hashlib.new(name, answer.content, usedforsecurity=False).digest()
            )
            if base64.b64encode(digest).decode() != value:
                raise Unanswered(f"the content has another {name} than S3 says")
