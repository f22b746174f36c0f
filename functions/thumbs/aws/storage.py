"""All that is read from and written to S3: originals, claims, thumbnails, manifests, and the probes of a release.

Errors of AWS are raised as botocore raises them (ClientError); what means something to the service is named here.
"""

import json
import uuid
from dataclasses import asdict, dataclass
from typing import Any

from botocore.exceptions import ClientError, HTTPClientError

from thumbs import formats, settings
from thumbs.aws import clients
from thumbs.errors import Reason, Rejected
from thumbs.jobs import keys
from thumbs.jobs.manifest import Manifest
from thumbs.jobs.notices import Upload

# A thumbnail's content never changes under its key, so whoever holds it may keep it for a year (RFC 9111, RFC 8246).
_FOR_EVER = "public, max-age=31536000, immutable"
# Of a write that meets another one of the same object.
_TRIES = 3


@dataclass(frozen=True)
class Stored:
    """A manifest as it is in the bucket. etag: names this content, for replacing it and no other. commit: which call of
    commit has written it."""

    manifest: Manifest
    etag: str
    commit: str | None = None


@dataclass(frozen=True)
class Claim:
    """The upload that a job is about. etag: its content. sequencer: its write, or None when a person has asked."""

    etag: str
    sequencer: str | None

    def admits(self, upload: Upload) -> bool:
        """Whether an event is about this upload, and not about another one by the same form."""
        return upload.sequencer in (None, self.sequencer)


class Overtaken(Exception):
    """Another run has written this job's manifest in the meantime. standing: that one."""

    def __init__(self, standing: Stored):
        super().__init__(standing.manifest["job"])
        self.standing = standing


def claim(job: str, upload: Upload) -> Claim | None:
    """The upload that a job is about: this one, unless another was first. None when there is no original.

    The claim is written once and never changed, so a job is about one picture for ever, and only the events of one
    write convert it. A run that finds another upload's claim may leave the job to it: the event of that upload is tried
    three times, and then dead-lettered.
    """
    etag = upload.etag or _etag(upload)
    if etag is None:
        return None
    own = Claim(etag, upload.sequencer)
    key = keys.claim(job)
    try:
        _put(key, json.dumps(asdict(own)).encode(), ContentType="application/json", IfNoneMatch="*")
    except ClientError as error:
        if clients.code(error) != "PreconditionFailed":  # there is one
            raise
        answer = clients.client("s3").get_object(Bucket=settings.current().thumbnail_bucket, Key=key)
        standing = json.loads(answer["Body"].read())  # of a later version, perhaps, with more in it
        return Claim(standing["etag"], standing["sequencer"])
    return own


def _etag(upload: Upload) -> str | None:
    """The ETag of the original that is there now."""
    try:
        etag: str = clients.client("s3").head_object(Bucket=upload.bucket, Key=upload.key)["ETag"]
    except ClientError as error:
        if clients.code(error) == "404":  # HEAD has no body that could say NoSuchKey
            return None
        raise
    return etag.strip('"')


def original(upload: Upload, etag: str) -> bytes | None:
    """The uploaded file of this ETag, or None when it is gone: deleted by its uploader or by the lifecycle.

    Raises Rejected for a file that was replaced by another, and for one that is larger than what may be uploaded: one
    that came into the bucket by another way than a signed form. Neither is read.
    """
    try:
        answer = clients.client("s3").get_object(Bucket=upload.bucket, Key=upload.key, IfMatch=f'"{etag}"')
    except ClientError as error:
        if clients.code(error) == "NoSuchKey":
            return None
        if clients.code(error) == "PreconditionFailed":
            raise Rejected(Reason.REPLACED) from error
        raise
    if answer["ContentLength"] > settings.current().max_upload_bytes:
        answer["Body"].close()
        limit = settings.current().max_upload_megabytes
        raise Rejected(Reason.TOO_LARGE, f"{answer['ContentLength']} bytes", limit=limit)
    content: bytes = answer["Body"].read()
    return content


def is_uploaded(job: str) -> bool:
    """Whether the original of a job is there, told by listing its exact key: this needs no right to read it."""
    key = keys.upload(job)
    listing = clients.client("s3").list_objects_v2(Bucket=settings.current().upload_bucket, Prefix=key, MaxKeys=1)
    return any(entry["Key"] == key for entry in listing.get("Contents", ()))


def manifest(job: str) -> Stored | None:
    """The manifest of a job, or None while there is none."""
    try:
        answer = clients.client("s3").get_object(Bucket=settings.current().thumbnail_bucket, Key=keys.manifest(job))
    except ClientError as error:
        if clients.code(error) == "NoSuchKey":
            return None
        raise
    return Stored(json.loads(answer["Body"].read()), answer["ETag"], answer["Metadata"].get("commit"))


def commit(outcome: Manifest, replacing: Stored | None) -> None:
    """Write a job's manifest, if it still has none, or still the one that is being replaced.

    Raises Overtaken when another run was first: then that run's manifest stands, and this one changes nothing. When the
    answer was lost, what is there tells whether the write took effect: botocore asks again, and is then refused because
    of its own first try. When the manifest that is being replaced was deleted meanwhile, S3's NoSuchKey is raised: its
    thumbnails may be gone too, and the next attempt stores them again.
    """
    own = uuid.uuid4().hex
    condition = {"IfMatch": replacing.etag} if replacing else {"IfNoneMatch": "*"}
    try:
        _put(
            keys.manifest(outcome["job"]),
            json.dumps(outcome, separators=(",", ":")).encode(),
            ContentType="application/json",
            CacheControl="no-cache",  # a failed manifest may be replaced
            Metadata={"commit": own},
            **condition,
        )
    except (ClientError, HTTPClientError) as error:
        standing = manifest(outcome["job"])
        if standing and standing.commit == own:
            return
        if standing and clients.code(error) == "PreconditionFailed":  # there is one, or another one
            raise Overtaken(standing) from error
        raise


def put_thumbnail(job: str, size: str, output: formats.Output, content: bytes) -> str:
    """Store a thumbnail and return its key, whose content will never change: the key is made of the content."""
    key = keys.thumbnail(job, size, output.extension, content)
    try:
        _put(key, content, ContentType=output.content_type, CacheControl=_FOR_EVER, IfNoneMatch="*")
    except ClientError as error:
        if clients.code(error) != "PreconditionFailed":  # it is there: an earlier attempt, or a duplicate event
            raise
    return key


def _put(key: str, content: bytes, **options: Any) -> None:
    """Write an object of the thumbnail bucket.

    A conflict (409) says that somebody is writing it at this very moment, and not that he will succeed: S3 wants it to
    be tried again (Amazon S3 user guide, "Conditional write behavior").
    """
    for tries_left in reversed(range(_TRIES)):
        try:
            clients.client("s3").put_object(
                Bucket=settings.current().thumbnail_bucket, Key=key, Body=content, **options
            )
            return
        except ClientError as error:
            if clients.code(error) != "ConditionalRequestConflict" or not tries_left:
                raise


def put_probe(job: str, content: bytes) -> Upload:
    """Store a golden picture where no bucket notifies anybody of it."""
    bucket, key = settings.current().thumbnail_bucket, keys.probe(job)
    clients.client("s3").put_object(Bucket=bucket, Key=key, Body=content)
    return Upload(bucket, key, job)


def made(job: str) -> dict[str, bytes]:
    """Every object of a job in the thumbnail bucket, by its key."""
    bucket = settings.current().thumbnail_bucket
    return {key: clients.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read() for key in _keys(job)}


def delete_probe(job: str) -> None:
    """Delete a golden picture and all that was made of it."""
    _delete(keys.probe(job))
    _delete_made(job)


def delete_upload(job: str) -> None:
    """Delete an original and all that was made of it."""
    clients.client("s3").delete_object(Bucket=settings.current().upload_bucket, Key=keys.upload(job))
    _delete_made(job)


def _delete_made(job: str) -> None:
    """All that was made of an original that is gone. The manifest last: while it stands, a late run commits nothing.

    A run that is still at work can put thumbnails back, and end the job again: what it leaves of a probe, the bucket's
    lifecycle deletes.
    """
    last = keys.manifest(job)
    _delete(*(key for key in _keys(job) if key != last))
    _delete(last)


def _delete(*names: str) -> None:
    """Objects of the thumbnail bucket. Raises RuntimeError for what S3 did not delete, which it says in its answer."""
    objects = {"Objects": [{"Key": name} for name in names], "Quiet": True}
    if names:
        answer = clients.client("s3").delete_objects(Bucket=settings.current().thumbnail_bucket, Delete=objects)
        if "Errors" in answer:
            raise RuntimeError(f"not deleted: {answer['Errors']}")


def _keys(job: str) -> list[str]:
    """The objects of a job: its claim, its manifest and its thumbnails. Up to 1000 in each of its two folders."""
    bucket, found = settings.current().thumbnail_bucket, []
    for place in (job, keys.folder(job)):
        listing = clients.client("s3").list_objects_v2(Bucket=bucket, Prefix=f"{place}/")
        found += [entry["Key"] for entry in listing.get("Contents", ())]
    return found
