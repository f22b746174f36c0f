"""The checksum in an upload form, which S3 compares with the file and the emulator does not.

Source: Amazon S3 API reference, "POST Object", and user guide, "Checking object integrity".
tests/service/test_gaps_without_a_stack.py fails as soon as the emulator compares it.
"""

import base64
import hashlib
from typing import Any

_FIELD = "x-amz-checksum-sha256"
_LONGEST_FORM = 20_000  # bytes in front of the file (Amazon S3 user guide, "HTML forms")


def teach() -> None:
    """Make the emulator in this process refuse a file that differs from the checksum in its form."""
    from ministack.services import s3

    post = s3._post_object

    def compared(bucket: str, body: bytes, headers: dict[str, str]) -> Any:
        if _FIELD.encode() in body[:_LONGEST_FORM]:
            parts = s3._parse_multipart_form(headers.get("content-type", ""), body)
            named = {name.lower(): value for name, _, _, value in parts}
            digest = base64.b64encode(hashlib.sha256(named.get("file", b"")).digest())
            if named.get(_FIELD, digest) != digest:
                return s3._error("BadDigest", "The SHA256 you specified did not match the calculated checksum.", 400)
        return post(bucket, body, headers)

    s3._post_object = compared
