"""The manifest: what a job ended in. Written last, it is the commit. Every job ends in exactly one.

done      its thumbnails are there
rejected  the uploader's fault, said on the first attempt
failed    ours, said after the last attempt; the only one that an event may replace

replaces() is the rule of which manifest may follow which. Who writes one asks it, and commits under the condition that
the manifest that it has seen is still there (storage.commit).
"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

VERSION = 1

Status = Literal["done", "rejected", "failed"]
FINAL: frozenset[Status] = frozenset({"done", "rejected"})

_REPLACED = "replaced"  # errors.Reason.REPLACED

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Original:
    """The uploaded picture. width, height: pixels as a person sees them, orientation applied. frames: 1 for a still."""

    format: str
    width: int
    height: int
    bytes: int
    frames: int = 1


@dataclass(frozen=True)
class Thumbnail:
    """One stored thumbnail. size: the name of its size. type: content type. url: see links."""

    size: str
    width: int
    height: int
    type: str
    bytes: int
    key: str
    url: str


@dataclass(frozen=True)
class Placeholder:
    """What to show while a thumbnail loads. thumbhash: base64 (see pipeline.thumbhash). color: "#rrggbb"."""

    thumbhash: str
    color: str


def done(job: str, original: Original, thumbnails: list[Thumbnail], placeholder: Placeholder) -> Manifest:
    return _manifest(
        job,
        "done",
        original=asdict(original),
        thumbnails=[asdict(thumbnail) for thumbnail in thumbnails],
        placeholder=asdict(placeholder),
    )


def rejected(job: str, reason: dict[str, Any], original: dict[str, Any] | None) -> Manifest:
    """reason: as errors.describe gives it. original: what is known of the file."""
    return _manifest(job, "rejected", reason=reason, original=original)


def failed(job: str, reason: dict[str, Any]) -> Manifest:
    return _manifest(job, "failed", reason=reason)


def is_final(manifest: Manifest) -> bool:
    """Whether a further event of S3 changes nothing."""
    return manifest["status"] in FINAL


def replaces(outcome: Manifest, standing: Manifest | None, again: bool = False) -> bool:
    """Whether an outcome may take the place of the manifest that stands, if one does.

    again: somebody asked for a final one to be made anew (notices.Upload). Even then thumbnails are never taken away,
    and a picture that is not the job's own (Reason.REPLACED) changes nothing.
    """
    if standing is None:
        return True
    if not is_final(standing):
        return is_final(outcome)
    if outcome["status"] == "rejected":
        return again and standing["status"] == "rejected" and outcome["reason"]["code"] != _REPLACED
    return again and outcome["status"] == "done"


def _manifest(
    job: str,
    status: Status,
    *,
    reason: dict[str, Any] | None = None,
    original: dict[str, Any] | None = None,
    thumbnails: list[dict[str, Any]] | None = None,
    placeholder: dict[str, Any] | None = None,
) -> Manifest:
    return {
        "version": VERSION,
        "job": job,
        "status": status,
        "reason": reason,
        "original": original,
        "thumbnails": thumbnails or [],
        "placeholder": placeholder,
        "created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
