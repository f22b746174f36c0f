"""Presigned S3 requests by AWS Signature Version 4, with only the standard library.

Signing takes a few HMACs. boto3 could do it too, but its import costs more than the rest of a cold start (see
benchmarks/), so only the functions that call S3 load it. The tests compare every byte with botocore's signatures.

Source: Amazon S3 API reference, "Authenticating Requests: Using Query Parameters" and "Browser-Based Uploads Using
POST".
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from thumbs.settings import Credentials, Settings

_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True)
class Post:
    """A form that S3 accepts. url: its address; fields: sent before the file; expires: when it expires."""

    url: str
    fields: dict[str, str]
    expires: datetime


class Signer:
    """Signs with one function's credentials. Settings: region, s3_endpoint, url_suffix, credentials."""

    def __init__(self, settings: Settings):
        self._settings = settings

    def post(
        self,
        bucket: str,
        key: str,
        content_type: str,
        max_bytes: int,
        seconds: int,
        now: datetime | None = None,
        metadata: dict[str, str] | None = None,
        sha256: str | None = None,
    ) -> Post:
        """A form for exactly this key, content type and metadata, and 1 to max_bytes bytes, which expires after the
        seconds. metadata: user-defined, by names without their prefix. Without it, S3 refuses a form that adds some.
        sha256: of the only content that S3 accepts, in hexadecimal digits."""
        now = now or datetime.now(UTC)
        expires = now + timedelta(seconds=seconds)
        credentials = self._settings.credentials
        fields = {
            "key": key,
            "Content-Type": content_type,
            **{f"x-amz-meta-{name}": value for name, value in (metadata or {}).items()},
            **({"x-amz-checksum-sha256": base64.b64encode(bytes.fromhex(sha256)).decode()} if sha256 else {}),
            "x-amz-algorithm": _ALGORITHM,
            "x-amz-credential": f"{credentials.access_key}/{self._scope(now)}",
            "x-amz-date": _timestamp(now),
        }
        if credentials.token:
            fields["x-amz-security-token"] = credentials.token
        conditions: list[Any] = [{"bucket": bucket}, *({name: value} for name, value in fields.items())]
        conditions.append(["content-length-range", 1, max_bytes])
        policy = {"expiration": expires.strftime("%Y-%m-%dT%H:%M:%SZ"), "conditions": conditions}
        fields["policy"] = base64.b64encode(json.dumps(policy).encode()).decode()
        fields["x-amz-signature"] = self._signature(credentials, now, fields["policy"])
        return Post(self._bucket_url(bucket) + "/", fields, expires)

    def get(self, bucket: str, key: str, seconds: int, now: datetime | None = None) -> str:
        """A URL that reads one object, which expires after the seconds."""
        now = now or datetime.now(UTC)
        credentials = self._settings.credentials
        url = urlsplit(f"{self._bucket_url(bucket)}/{quote(key, safe='/-_.~')}")
        query = {
            "X-Amz-Algorithm": _ALGORITHM,
            "X-Amz-Credential": f"{credentials.access_key}/{self._scope(now)}",
            "X-Amz-Date": _timestamp(now),
            "X-Amz-Expires": str(seconds),
            "X-Amz-SignedHeaders": "host",
        }
        if credentials.token:
            query["X-Amz-Security-Token"] = credentials.token
        canonical_query = urlencode(sorted(query.items()), quote_via=quote, safe="-_.~")
        request = "\n".join(
            ("GET", url.path, canonical_query, f"host:{url.netloc}", "", "host", "UNSIGNED-PAYLOAD"),
        )
        digest = hashlib.sha256(request.encode()).hexdigest()
        text = "\n".join((_ALGORITHM, _timestamp(now), self._scope(now), digest))
        signature = self._signature(credentials, now, text)
        return f"{url.scheme}://{url.netloc}{url.path}?{canonical_query}&X-Amz-Signature={signature}"

    def _bucket_url(self, bucket: str) -> str:
        """The regional endpoint, because the global one redirects, which invalidates a signature."""
        if self._settings.s3_endpoint:
            return f"{self._settings.s3_endpoint.rstrip('/')}/{bucket}"
        return f"https://{bucket}.s3.{self._settings.region}.{self._settings.url_suffix}"

    def _scope(self, now: datetime) -> str:
        return f"{now:%Y%m%d}/{self._settings.region}/s3/aws4_request"

    def _signature(self, credentials: Credentials, now: datetime, text: str) -> str:
        key = f"AWS4{credentials.secret_key}".encode()
        for part in (*self._scope(now).split("/"), text):
            key = hmac.digest(key, part.encode(), "sha256")
        return key.hex()


def _timestamp(now: datetime) -> str:
    return now.strftime("%Y%m%dT%H%M%SZ")
