"""An uploader with one signed form, used any number of times, and the resulting job."""

from datetime import UTC, datetime
from typing import Any

from tests.material import pictures
from thumbs.jobs import ledger, notices
from thumbs.jobs.notices import Upload

JOB = "7" * 32
KEY = f"uploads/{JOB}"
A, B = pictures.jpeg(80, 60), pictures.jpeg(60, 80)


class Form:
    """A signed form: each use is a write, which S3 reports in an event."""

    def __init__(self, s3: Any):
        self.s3, self.uses = s3, 0

    def post(self, content: bytes) -> dict[str, Any]:
        etag = self.s3.put_object(Bucket="uploads-bucket", Key=KEY, Body=content)["ETag"].strip('"')
        self.uses += 1
        upload = Upload("uploads-bucket", KEY, JOB, etag=etag, sequencer=f"{self.uses:016X}", time=datetime.now(UTC))
        return notices.event([upload])


AGAIN = notices.event([Upload("uploads-bucket", KEY, JOB, again=True, time=datetime.now(UTC))])


def ended() -> dict[str, Any]:
    found = ledger.find(JOB)
    assert found is not None
    return dict(found.manifest)
