"""The tags of an object that is written again without tags: S3 keeps none of them, the emulator keeps all.

Source: Amazon S3 user guide, "Categorizing your objects using tags": tags belong to a version of an object, and a write
makes another one. tests/service/test_gaps_without_a_stack.py fails as soon as the emulator drops them.
"""

from typing import Any


def teach() -> None:
    """Make the emulator in this process forget the tags of an object that a write replaces."""
    from ministack.services import s3

    put = s3._put_object

    def replaced(bucket: str, key: str, body: bytes, headers: dict[str, str]) -> Any:
        answer = put(bucket, key, body, headers)
        if answer[0] == 200 and not headers.get("x-amz-tagging"):
            s3._object_tags.pop((bucket, key, None), None)  # without versioning
        return answer

    s3._put_object = replaced
