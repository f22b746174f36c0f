"""AWS Signature Version 4 for S3, with only the standard library (docs/decisions/signing-by-hand.md).

Source: Amazon S3 API reference, "Signature Calculations for the Authorization Header: Transferring Payload in a Single
Chunk".
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote, urlencode

from thumbs.settings import Credentials, Settings

ALGORITHM = "AWS4-HMAC-SHA256"


def bucket_url(settings: Settings, bucket: str) -> str:
    """The regional endpoint, because the global one redirects, which invalidates a signature."""
    if settings.s3_endpoint:
        return f"{settings.s3_endpoint.rstrip('/')}/{bucket}"
    return f"https://{bucket}.s3.{settings.region}.{settings.url_suffix}"


def path(key: str) -> str:
    """A key as part of an address."""
    return quote(key, safe="/-_.~")


def query_string(query: Mapping[str, str]) -> str:
    """In the order and the encoding that a signature requires."""
    return urlencode(sorted(query.items()), quote_via=quote, safe="-_.~")


def timestamp(now: datetime) -> str:
    return now.strftime("%Y%m%dT%H%M%SZ")


def scope(region: str, now: datetime) -> str:
    return f"{now:%Y%m%d}/{region}/s3/aws4_request"


def of(credentials: Credentials, region: str, now: datetime, text: str) -> str:
    """The signature of a text, in hexadecimal digits."""
    key = f"AWS4{credentials.secret_key}".encode()
    for part in (*scope(region, now).split("/"), text):
        key = hmac.digest(key, part.encode(), "sha256")
    return key.hex()


def of_request(credentials: Credentials, region: str, now: datetime, request: str) -> str:
    """The signature of a canonical request."""
    digest = hashlib.sha256(request.encode()).hexdigest()
    return of(credentials, region, now, "\n".join((ALGORITHM, timestamp(now), scope(region, now), digest)))


def signed(
    settings: Settings,
    method: str,
    target: tuple[str, str],
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
) -> dict[str, str]:
    """The headers of a request, with its signature, which covers all of them and the body.

    target: path and query, both encoded. headers: by their names in lower case, including the host.
    """
    credentials, region = settings.credentials, settings.region
    digest = hashlib.sha256(body).hexdigest()
    own = {"x-amz-content-sha256": digest, "x-amz-date": timestamp(now)}
    if credentials.token:
        own["x-amz-security-token"] = credentials.token
    covered = dict(sorted({**headers, **own}.items()))
    names = ";".join(covered)
    lines = "".join(f"{name}:{' '.join(value.split())}\n" for name, value in covered.items())
    signature = of_request(credentials, region, now, "\n".join((method, *target, lines, names, digest)))
    covered["authorization"] = (
        f"{ALGORITHM} Credential={credentials.access_key}/{scope(region, now)}, SignedHeaders={names}, "
        f"Signature={signature}"
    )
    return covered
