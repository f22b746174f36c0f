"""The small modules that name things: keys, sizes, formats, errors, manifest."""

import re

import pytest

from thumbs import errors, formats, sizes
from thumbs.errors import Reason, Rejected
from thumbs.jobs import keys, manifest
from thumbs.picture import Original
from thumbs.sizes import Size


def test_a_job_cannot_be_guessed() -> None:
    jobs = {keys.new_job() for _ in range(1000)}

    assert len(jobs) == 1000
    assert all(keys.is_job(job) and re.fullmatch("[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}", job) for job in jobs)


@pytest.mark.parametrize("text", ["", "x" * 32, "A" * 32, "0" * 31, "0" * 33, "0" * 32 + "\n", "../" + "0" * 29])
def test_what_is_not_a_job_is_not_taken_for_one(text: str) -> None:
    assert not keys.is_job(text)
    assert keys.job_of(f"uploads/{text}") is None


def test_keys_lead_back_to_their_job() -> None:
    job = "0" * 32

    assert keys.job_of(keys.original(job)) == job
    assert keys.job_of(f"elsewhere/{job}") is None
    assert keys.job_of(job) is None
    assert keys.manifest(job) == f"{job}/manifest.json"


def test_a_thumbnails_address_reveals_neither_its_job_nor_its_siblings() -> None:
    job, other, probe = keys.new_job(), keys.new_job(), keys.new_probe()
    small, large = (keys.thumbnail(job, size, "webp", size.encode()) for size in ("small", "large"))

    folder, digest, name = small.split("/")
    assert (folder, name) == (keys.folder(job), "small.webp")
    assert keys.is_job(folder), "of the same shape, so that deliveries of all versions know it"
    assert keys.folder(folder) != folder
    assert job not in small
    assert digest not in large, "who knows one cannot name the others"
    assert keys.thumbnail(job, "small", "webp", b"small") == small
    assert keys.thumbnail(other, "small", "webp", b"small").split("/")[1] != digest, "nor with the same content"
    # A probe is cleaned up by its name.
    assert keys.folder(probe).startswith(keys.PROBE_JOBS)
    assert len(keys.folder(probe)) == len(folder)
    assert keys.folder(probe) != probe


def test_sizes_are_read_in_their_order() -> None:
    assert sizes.parse("small=160, card=400x300, whole=400x300:fit,square=160:crop") == (
        Size("small", 160, 160, "fit"),
        Size("card", 400, 300, "crop"),
        Size("whole", 400, 300, "fit"),
        Size("square", 160, 160, "crop"),
    )
    assert sizes.parse("clear=9x8:pad,white=9:pad:fff,own=9:pad:0A1b2c") == (
        Size("clear", 9, 8, "pad", None),
        Size("white", 9, 9, "pad", "#ffffff"),
        Size("own", 9, 9, "pad", "#0a1b2c"),
    )
    assert sizes.parse("side=9:enlarge,box=9x8:enlarge,white=9:pad:fff:enlarge") == (
        Size("side", 9, 9, "fit", None, enlarge=True),
        Size("box", 9, 8, "crop", None, enlarge=True),
        Size("white", 9, 9, "pad", "#ffffff", enlarge=True),
    )


def test_limits_describe_sizes_as_before_and_their_fit_in_addition() -> None:
    card, tile = sizes.parse("card=400x300,tile=9:pad:fff")
    assert card.described == {"name": "card", "width": 400, "height": 300, "crop": True, "fit": "crop"}
    assert tile.described["crop"] is False
    assert (tile.described["fit"], tile.described["background"]) == ("pad", "#ffffff")
    (enlarged,) = sizes.parse("card=400x300:enlarge")
    assert enlarged.described == card.described | {"enlarge": True}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "'' is neither name=SIDE nor name=WIDTHxHEIGHT"),
        ("small", "'small' is neither"),
        ("Small=1", "'Small=1' is neither"),
        ("small=0", "a side outside 1 to 4096"),
        ("small=4097", "a side outside 1 to 4096"),
        ("a=1,a=2", "a name is given twice"),
        (",".join(f"s{number}=1" for number in range(11)), "at most 10 sizes, not 11"),
    ],
)
def test_wrong_sizes_are_explained(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        sizes.parse(text)


def test_no_type_or_extension_means_two_formats() -> None:
    types = [content_type for accepted in formats.INPUTS for content_type in accepted.types]
    extensions = [extension for accepted in formats.INPUTS for extension in accepted.extensions]

    assert len(types) == len(set(types))
    assert len(extensions) == len(set(extensions))
    assert formats.ACCEPTED_LABELS == "JPEG, PNG, WebP, GIF, AVIF, HEIC, TIFF or BMP"


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence_for_people(reason: Reason) -> None:
    said = errors.describe(reason, limit=20, accepted=formats.ACCEPTED_LABELS)

    assert said["code"] == reason.value
    assert re.fullmatch(r"[A-Z][^{}]+\.", said["message"])
    assert said["retryable"] == (reason in (Reason.CONVERSION_FAILED, Reason.REPLACED, Reason.DIGEST_MISMATCH))


def test_a_rejection_says_what_is_known() -> None:
    original: Original = {"format": "JPEG", "width": 100, "height": 100, "bytes": 1000, "frames": 1}
    refusal = Rejected(Reason.TOO_MANY_PIXELS, "100x100", original=original, limit=50)

    assert str(refusal) == "too_many_pixels: 100x100"
    assert (refusal.original, refusal.facts) == (original, {"limit": 50})


def test_a_manifest_has_the_shape_of_the_contract() -> None:
    thumbnail: manifest.Thumbnail = {
        "size": "small",
        "width": 160,
        "height": 120,
        "type": "image/webp",
        "bytes": 3345,
        "key": "job/small.webp",
        "url": "https://…",
    }
    original: Original = {"format": "HEIF", "width": 4032, "height": 3024, "bytes": 2345678, "frames": 1}
    done = dict(manifest.done("job", original, [thumbnail], {"thumbhash": "hash", "color": "#8a7f6d"}))

    assert {done.pop(name) for name in ("owner", "reference", "privacy", "claimed", "animation")} == {None}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", str(done.pop("created")))
    assert done == {
        "version": 1,
        "job": "job",
        "status": "done",
        "reason": None,
        "original": original,
        "thumbnails": [thumbnail],
        "placeholder": {"thumbhash": "hash", "color": "#8a7f6d"},
    }
    rejected = manifest.rejected("job", errors.describe(Reason.EMPTY), None)
    assert rejected.keys() == done.keys() | {"created", "owner", "reference", "privacy", "claimed", "animation"}
    assert (rejected["thumbnails"], rejected["placeholder"]) == ([], None)
