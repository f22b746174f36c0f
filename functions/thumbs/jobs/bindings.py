"""The binding: the upload that a job is about. The first one is bound, because a signed form can be used again."""

import json
from dataclasses import asdict, dataclass

from thumbs import settings
from thumbs.aws import s3
from thumbs.jobs import keys, retention
from thumbs.jobs.notices import Upload


@dataclass(frozen=True)
class Binding:
    """The upload that a job is about. etag: its content. sequencer: its write, or None if an operator requested it."""

    etag: str
    sequencer: str | None

    def admits(self, upload: Upload) -> bool:
        """Whether an event is about this upload, and not about another one with the same form."""
        return upload.sequencer in (None, self.sequencer)


class Withdrawn(Exception):
    """Another upload was first, and its binding was deleted: the job is being deleted."""


def bind(job: str, upload: Upload, claimed: bool | None = None) -> Binding | None:
    """The upload that a job is about: this one, unless another was first. None if there is no original.

    The binding is written once and never changed, so a job is always about one picture, and only the events of one
    write convert it. A run that finds another upload's binding may leave the job to it, because the event of that
    upload is tried three times, and then dead-lettered. Raises Withdrawn.

    claimed: what the manifest will say. The binding expires with it, at the latest when no event may convert any more.
    """
    etag = upload.etag or s3.etag(upload.bucket, upload.key)
    if etag is None:
        return None
    own = Binding(etag, upload.sequencer)
    bucket, key = settings.current().thumbnail_bucket, keys.binding(job)
    options = {"ContentType": "application/json"} | retention.tagging(claimed)
    if s3.create(bucket, key, json.dumps(asdict(own)).encode(), **options):
        return own
    standing = s3.read(bucket, key)
    if standing is None:
        raise Withdrawn(job)
    found = json.loads(standing.content)  # possibly from a later version, with more members
    return Binding(found["etag"], found["sequencer"])
