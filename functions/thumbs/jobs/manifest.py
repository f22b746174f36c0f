"""The manifest: the outcome of a job, as its readers see it. The ledger decides when one is written.

done      its thumbnails exist
rejected  the uploader's fault, reported on the first attempt
failed    our fault, reported after the last attempt
erased    a tombstone: somebody erased the job, and nothing else is left of it

Members are only ever added, so that old clients can read new manifests.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Literal, NotRequired, TypedDict

from thumbs.errors import Description
from thumbs.jobs.attribution import NOBODY, Attribution
from thumbs.jobs.choices import UNCHOSEN, Choices
from thumbs.picture import Animation, Original, Placeholder

VERSION = 1

Status = Literal["done", "rejected", "failed", "erased"]


class Thumbnail(TypedDict):
    """One stored thumbnail. size: the name of its size. width, height: pixels. type: content type. key: in the
    thumbnail bucket. url: its address (see api.links). padded: there, and true, if a margin surrounds the picture.
    frames: there if it moves."""

    size: str
    width: int
    height: int
    type: str
    bytes: int
    key: str
    url: str
    padded: NotRequired[bool]
    frames: NotRequired[int]


class Privacy(TypedDict):
    """removed: the kinds of metadata (picture.KINDS) that the original carries and the thumbnails do not, except what
    is kept; None if the picture could not be read. kept: what the thumbnails carry (picture.RIGHTS); not there unless
    the setting asks for it. originalUntil: when the original is deleted, UTC (RFC 3339)."""

    removed: list[str] | None
    kept: NotRequired[list[str]]
    originalUntil: str


class Manifest(TypedDict):
    """reason: None if the job is done. original: None if nothing is known about the file. thumbnails: every size in
    the first format, then every size in the next one, in the order of the settings. placeholder: None unless the job is
    done. created: UTC, to the second (RFC 3339). owner, reference: see Attribution. privacy: None if no original was
    read. claimed: see retention; the ledger decides it. animation: None unless an animation is done with the setting
    Animated. profile, focus: what was chosen for the file and held for its thumbnails (see Choices); not there
    otherwise."""

    version: int
    job: str
    status: Status
    reason: Description | None
    original: Original | None
    thumbnails: list[Thumbnail]
    placeholder: Placeholder | None
    created: str
    owner: str | None
    reference: str | None
    privacy: Privacy | None
    claimed: bool | None
    animation: Animation | None
    profile: NotRequired[str]
    focus: NotRequired[list[float]]


def done(
    job: str,
    original: Original,
    thumbnails: list[Thumbnail],
    placeholder: Placeholder,
    whose: Attribution = NOBODY,
    privacy: Privacy | None = None,
    animation: Animation | None = None,
    chosen: Choices = UNCHOSEN,
) -> Manifest:
    told = _manifest(
        job,
        "done",
        whose,
        original=original,
        thumbnails=thumbnails,
        placeholder=placeholder,
        privacy=privacy,
        animation=animation,
    )
    if chosen.profile:
        told["profile"] = chosen.profile
    if chosen.focus:
        told["focus"] = [*chosen.focus]
    return told


def rejected(
    job: str,
    reason: Description,
    original: Original | None,
    whose: Attribution = NOBODY,
    privacy: Privacy | None = None,
) -> Manifest:
    """original: the known facts about the file."""
    return _manifest(job, "rejected", whose, reason=reason, original=original, privacy=privacy)


def failed(job: str, reason: Description, whose: Attribution = NOBODY) -> Manifest:
    return _manifest(job, "failed", whose, reason=reason)


def erased(job: str) -> Manifest:
    return _manifest(job, "erased", NOBODY)


def relinked(manifest: Manifest, link: Callable[[str], str]) -> Manifest:
    """The manifest with other links. link: returns the address of a key."""
    thumbnails: list[Thumbnail] = [{**each, "url": link(each["key"])} for each in manifest["thumbnails"]]
    return {**manifest, "thumbnails": thumbnails}


def receipt(removed: Iterable[str] | None, until: datetime, kept: Iterable[str] | None = None) -> Privacy:
    """The receipt of a picture that was read. See Privacy."""
    told: Privacy = {"removed": None if removed is None else [*removed], "originalUntil": _written(until)}
    return told if kept is None else {**told, "kept": [*kept]}


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _manifest(
    job: str,
    status: Status,
    whose: Attribution,
    *,
    reason: Description | None = None,
    original: Original | None = None,
    thumbnails: list[Thumbnail] | None = None,
    placeholder: Placeholder | None = None,
    privacy: Privacy | None = None,
    animation: Animation | None = None,
) -> Manifest:
    return {
        "version": VERSION,
        "job": job,
        "status": status,
        "reason": reason,
        "original": original,
        "thumbnails": thumbnails or [],
        "placeholder": placeholder,
        "created": _written(datetime.now(UTC)),
        "owner": whose.owner,
        "reference": whose.reference,
        "privacy": privacy,
        "claimed": None,
        "animation": animation,
    }
