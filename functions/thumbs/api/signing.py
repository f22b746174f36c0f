"""Presigned S3 requests by AWS Signature Version 4, with only the standard library.

Signing takes a few HMACs. boto3 could do it too, but its import costs more than the rest of a cold start (see
benchmarks/). The tests compare every byte with botocore's signatures.

Source: Amazon S3 API reference, "Authenticating Requests: Using Query Parameters" and "Browser-Based Uploads Using
POST".
"""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from thumbs import signature
from thumbs.settings import Settings


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
            "x-amz-algorithm": signature.ALGORITHM,
            "x-amz-credential": f"{credentials.access_key}/{self._scope(now)}",
            "x-amz-date": signature.timestamp(now),
        }
        if credentials.token:
            fields["x-amz-security-token"] = credentials.token
        conditions: list[Any] = [{"bucket": bucket}, *({name: value} for name, value in fields.items())]
        conditions.append(["content-length-range", 1, max_bytes])
        policy = {"expiration": expires.strftime("%Y-%m-%dT%H:%M:%SZ"), "conditions": conditions}
        fields["policy"] = base64.b64encode(json.dumps(policy).encode()).decode()
        fields["x-amz-signature"] = signature.of(credentials, self._settings.region, now, fields["policy"])
        return Post(signature.bucket_url(self._settings, bucket) + "/", fields, expires)

    def get(self, bucket: str, key: str, seconds: int, now: datetime | None = None) -> str:
        """A URL that reads one object, which expires after the seconds."""
        now = now or datetime.now(UTC)
        credentials = self._settings.credentials
        url = urlsplit(f"{signature.bucket_url(self._settings, bucket)}/{signature.path(key)}")
        query = {
            "X-Amz-Algorithm": signature.ALGORITHM,
            "X-Amz-Credential": f"{credentials.access_key}/{self._scope(now)}",
            "X-Amz-Date": signature.timestamp(now),
            "X-Amz-Expires": str(seconds),
            "X-Amz-SignedHeaders": "host",
        }
        if credentials.token:
            query["X-Amz-Security-Token"] = credentials.token
        text = signature.query_string(query)
        request = "\n".join(("GET", url.path, text, f"host:{url.netloc}", "", "host", "UNSIGNED-PAYLOAD"))
        signed = signature.of_request(credentials, self._settings.region, now, request)
        return f"{url.scheme}://{url.netloc}{url.path}?{text}&X-Amz-Signature={signed}"

    def _scope(self, now: datetime) -> str:
        return signature.scope(self._settings.region, now)
