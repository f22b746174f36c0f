"""The answers of a child under an attacker's control, and what the parent makes of them."""

import json
import re
from pathlib import Path

import pytest

from tests.material import pictures
from tests.material.child_answers import CARD, PLACEHOLDER, SMALL, THUMBNAILS, WANTED, framed, header, job_for
from thumbs import formats
from thumbs.errors import Reason, Rejected
from thumbs.picture import Original
from thumbs.pipeline import Conversion, Rendered, Wanted
from thumbs.pipeline import sandbox as package
from thumbs.pipeline.sandbox.answer import NONSENSE, REASONS, SandboxError, understood

ORIGINAL = pictures.jpeg(1200, 900)
WEBP, AVIF, JPEG = (formats.OUTPUTS[name] for name in ("webp", "avif", "jpeg"))
JOB = job_for(ORIGINAL)

KNOWN: Original = {"format": "JPEG", "width": 1200, "height": 900, "bytes": len(ORIGINAL), "frames": 1}
KINDS = ("location", "camera")
DONE = header(KNOWN, list(KINDS))


def done(contents: bytes = SMALL + CARD, **changed: object) -> bytes:
    return framed(DONE | changed, contents)


def original(**changed: object) -> bytes:
    return done(original={**KNOWN} | changed)


def first(*thumbnail: object, contents: bytes = SMALL + CARD) -> bytes:
    return done(contents, thumbnails=[list(thumbnail), THUMBNAILS[1]])


def rejected(*words: object) -> bytes:
    return framed({"rejected": list(words)})


def test_what_was_asked_for_is_taken() -> None:
    assert understood(done(), JOB) == Conversion(
        KNOWN,
        (Rendered("small", 160, 120, WEBP, SMALL), Rendered("card", 40, 30, WEBP, CARD)),
        PLACEHOLDER,
        KINDS,
    )


def test_what_is_kept_is_taken_if_it_was_wanted() -> None:
    job = JOB._replace(wanted=WANTED._replace(copyright=True))
    assert understood(done(kept=["creator", "license"]), job).kept == ("creator", "license")
    assert understood(done(kept=[]), job).kept == ()
    for told in (
        None,
        ["license", "creator"],
        ["creator", "creator"],
        ["Jane"],
        "creator",
        {"creator": 1},
        [["creator"]],
    ):
        with pytest.raises(Rejected, match=NONSENSE):
            understood(done(kept=told), job)


@pytest.mark.parametrize("output", ["webp", "jpeg", "avif"])
def test_every_output_is_known_by_its_first_bytes(output: str) -> None:
    content = pictures.encoded(pictures.photo(160, 120), output.upper())
    job = JOB._replace(wanted=Wanted(WANTED.sizes[:1], (formats.OUTPUTS[output],), 80, 50))
    thumbnails = [["small", 160, 120, len(content)]]
    assert understood(done(content, thumbnails=thumbnails, frames=[1]), job).thumbnails[0].content == content
    others = Wanted(WANTED.sizes[:1], (formats.OUTPUTS["jpeg" if output == "webp" else "webp"],), 80, 50)
    with pytest.raises(Rejected, match=NONSENSE):
        understood(done(content, thumbnails=thumbnails, frames=[1]), job._replace(wanted=others))


NONSENSICAL = {
    "nothing": b"",
    "noise": bytes(range(200)),
    "no header": framed(b""),
    "a header that goes on": (1000).to_bytes(4, "big") + b"{}",
    "a header of 100 KB": framed(DONE | {"more": "x" * 100_000}, SMALL + CARD),
    "deep": framed(b"[" * 60_000),
    "deep in an object": framed(b'{"original":' * 4_000),
    "a list": framed([DONE], SMALL + CARD),
    "a text": framed("done"),
    "another key": done(more=1),
    "a key less": framed({name: told for name, told in DONE.items() if name != "placeholder"}, SMALL + CARD),
    "no frames of thumbnails": framed({name: told for name, told in DONE.items() if name != "frames"}, SMALL + CARD),
    "no metadata": framed({name: told for name, told in DONE.items() if name != "metadata"}, SMALL + CARD),
    "metadata as a text": done(metadata="location"),
    "metadata as an object": done(metadata={"location": 1}),
    "a kind that is none": done(metadata=["location", "<script>"]),
    "a place as a kind": done(metadata=["48.2, 16.4"]),
    "a kind twice": done(metadata=["location", "location"]),
    "kinds in another order": done(metadata=["camera", "location"]),
    "a kind as a number": done(metadata=[1]),
    "a kind as a list": done(metadata=[["location"]]),
    "kept without having been wanted": done(kept=["creator"]),
    "nothing kept without having been wanted": done(kept=[]),
    "no word on what is kept": framed({name: told for name, told in DONE.items() if name != "kept"}, SMALL + CARD),
    "no UTF-8": framed(b'{"raised": "\xff"}'),
    "a path as a name": first("../other/small", 160, 120, len(SMALL)),
    "a path and a query": first("x/../manifest.json?", 160, 120, len(SMALL)),
    "a name of 10 KB": first("s" * 10_000, 160, 120, len(SMALL)),
    "an object as a name": first({"small": 1}, 160, 120, len(SMALL)),
    "another order": done(CARD + SMALL, thumbnails=THUMBNAILS[::-1]),
    "no thumbnails": done(b"", thumbnails=[], frames=[]),
    "one too few": done(SMALL, thumbnails=THUMBNAILS[:1], frames=[1]),
    "one too many": done(SMALL + CARD + CARD, thumbnails=[*THUMBNAILS, THUMBNAILS[1]], frames=[1, 1, 1]),
    "thousands": done(thumbnails=THUMBNAILS * 700, frames=[1] * 1400),
    "thumbnails as an object": done(thumbnails={"small": 1, "card": 2}),
    "a thumbnail of three": done(thumbnails=[["small", 160, 120], THUMBNAILS[1]]),
    "too wide": first("small", 161, 120, len(SMALL)),
    "of another shape": first("small", 160, 100, len(SMALL)),
    "no pixels": first("small", 0, 0, len(SMALL)),
    "negative": first("small", -160, -120, len(SMALL)),
    "a width in words": first("small", "160", 120, len(SMALL)),
    "a width of many words": first("small", "1" * 60_000, 120, len(SMALL)),
    "a fraction": first("small", 160.0, 120, len(SMALL)),
    "a truth": done(original={**KNOWN} | {"width": True, "height": True}),
    "a huge number": first("small", 10**400, 120, len(SMALL)),
    "a number of 60,000 digits": framed(b'{"rejected": [' + b"9" * 60_000 + b"]}"),
    "a negative count": first("small", 160, 120, -1),
    "an empty file": first("small", 160, 120, 0, contents=CARD),
    "a count beyond the end": done(thumbnails=[THUMBNAILS[0], ["card", 40, 30, len(CARD) + 1]]),
    "bytes that nobody counts": done(SMALL + CARD + b"x"),
    "HTML": first("small", 160, 120, 20, contents=b"<script>evil()</scri" + CARD),
    "another format": first("small", 160, 120, len(ORIGINAL), contents=ORIGINAL + CARD),
    "another original": original(format="PNG"),
    "a format of 10 KB": original(format="x" * 10_000),
    "an original of another length": original(bytes=1),
    "an original without pixels": original(width=0),
    "an original in words": original(width="1200"),
    "an original of too many pixels": done(original={**KNOWN} | {"width": 12_000, "height": 9_000}),
    "frames that nobody can count": original(frames=2**53),
    "frames in words": original(frames="1"),
    "no frames": original(frames=0),
    "more of an original": original(camera="mine"),
    "less of an original": done(original={"format": "JPEG"}),
    "an original that is none": done(original=None),
    "an original as a list": done(original=list(KNOWN)),
    "no number": done(original={**KNOWN} | {"width": float("nan")}),
    "infinity": done(original={**KNOWN} | {"height": float("inf")}),
    "beyond a float": framed(json.dumps(DONE).replace("1200", "1e999").encode(), SMALL + CARD),
    "a placeholder that is none": done(placeholder=None),
    "a placeholder with more": done(placeholder=PLACEHOLDER | {"url": "https://evil.example"}),
    "a colour in words": done(placeholder=PLACEHOLDER | {"color": "red;background:url(//evil.example)"}),
    "a colour with a line break": done(placeholder=PLACEHOLDER | {"color": "#6f898d\n"}),
    "a colour as a number": done(placeholder=PLACEHOLDER | {"color": 7}),
    "markup as a thumbhash": done(placeholder=PLACEHOLDER | {"thumbhash": "<script>"}),
    "a thumbhash of 10 KB": done(placeholder=PLACEHOLDER | {"thumbhash": "A" * 10_000}),
    "rejected and done": framed(DONE | {"rejected": ["damaged", "", None, {}]}, SMALL + CARD),
    "a reason that is none": rejected("ugly", "", None, {}),
    "a reason of ours": rejected("conversion_failed", "", None, {}),
    "a reason of the API": rejected("malformed", "", None, {}),
    "a reason of the first bytes": rejected("not_an_image", "", None, {}),
    "a list of reasons": rejected(["damaged"], "", None, {}),
    "a rejection of three": rejected("damaged", "", None),
    "a detail as an object": rejected("damaged", {}, None, {}),
    "a number to call": rejected("too_many_pixels", "", KNOWN, {"limit": "call +1-900"}),
    "a limit below 0": rejected("too_many_pixels", "", KNOWN, {"limit": -1}),
    "a fact that no sentence has": rejected("damaged", "", None, {"limit": 1}),
    "facts as a list": rejected("too_many_pixels", "", None, ["limit"]),
    "a rejected original of another format": rejected("damaged", "", {**KNOWN} | {"format": "<b>"}, {}),
    "a rejected original in words": rejected("damaged", "", "JPEG", {}),
    "a mistake as an object": framed({"raised": {}}),
    "a mistake and more": framed({"raised": "x", "rejected": ["damaged", "", None, {}]}),
}


FILES = {output: pictures.encoded(pictures.photo(160, 120), output.name.upper()) for output in (AVIF, WEBP, JPEG)}
IN_THREE = JOB._replace(wanted=Wanted(WANTED.sizes[:1], (AVIF, WEBP, JPEG), 80, 50))


def in_formats(*outputs: formats.Output) -> bytes:
    files = [FILES[output] for output in outputs]
    thumbnails = [["small", 160, 120, len(file)] for file in files]
    return done(b"".join(files), thumbnails=thumbnails, frames=[1] * len(files))


def test_each_format_is_taken_in_the_order_of_the_request() -> None:
    made = understood(in_formats(AVIF, WEBP, JPEG), IN_THREE).thumbnails

    assert [(each.output, each.content) for each in made] == [*FILES.items()]


@pytest.mark.parametrize("outputs", [(AVIF, WEBP), (AVIF, WEBP, WEBP), (AVIF, JPEG, WEBP), (AVIF, WEBP, JPEG, JPEG)])
def test_formats_that_were_not_requested_are_nonsense(outputs: tuple[formats.Output, ...]) -> None:
    with pytest.raises(Rejected, match=NONSENSE):
        understood(in_formats(*outputs), IN_THREE)


@pytest.mark.parametrize("nonsense", NONSENSICAL.values(), ids=NONSENSICAL.keys())
def test_everything_else_is_nonsense_and_a_damaged_picture(nonsense: bytes) -> None:
    with pytest.raises(Rejected) as caught:
        understood(nonsense, JOB)
    assert (caught.value.reason, caught.value.detail) == (Reason.DAMAGED, NONSENSE)
    assert (caught.value.original, caught.value.facts) == (None, {})


@pytest.mark.parametrize("reason", REASONS)
def test_a_rejection_is_taken_with_what_is_known(reason: Reason) -> None:
    facts = {"limit": 50} if reason is Reason.TOO_MANY_PIXELS else {}
    with pytest.raises(Rejected) as caught:
        understood(rejected(reason, "why", KNOWN, facts), JOB)
    refused = caught.value
    assert (refused.reason, refused.detail, refused.original, refused.facts) == (reason, "why", KNOWN, facts)


def test_a_detail_is_cut() -> None:
    with pytest.raises(Rejected) as caught:
        understood(rejected("damaged", "x" * 60_000, None, {}), JOB)
    assert caught.value.detail == "x" * 500


def test_a_fault_of_ours_is_reported_as_one() -> None:
    with pytest.raises(SandboxError, match="Traceback of ours"):
        understood(framed({"raised": "Traceback of ours"}), JOB)


def test_every_reason_that_the_steps_refuse_a_picture_for_is_known() -> None:
    """Another one would be invalid."""
    pipeline = Path(package.__file__).parent.parent
    steps = [path for path in pipeline.rglob("*.py") if path.name != "identify.py"]
    named = {name for path in steps for name in re.findall(r"Reason\.([A-Z_]+)", path.read_text())}
    assert {Reason[name] for name in named} == REASONS
