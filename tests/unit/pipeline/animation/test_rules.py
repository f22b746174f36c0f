"""Files that break a rule of their format, or say a thing twice, move as they do in Chromium, or not at all."""

from io import BytesIO
from struct import pack

import pytest
from PIL import Image

from tests.material import animations, pictures
from tests.material.animations import Part, flat
from tests.material.pictures import chunk
from thumbs import formats, pipeline, sizes

SIZE, SMALL = (16, 12), (16, 6)
RED, BLUE, GREEN = (220, 30, 40, 255), (30, 40, 220, 255), (30, 180, 60, 255)
WANTED = pipeline.Wanted(sizes.parse("a=16"), (formats.OUTPUTS["webp"],), 80, 50, animated=True)
PARTS = [Part(flat(SIZE, colour), delay=100) for colour in (RED, BLUE, GREEN)]
APNG, WEBP = animations.apng(SIZE, PARTS, plays=2), animations.webp(SIZE, PARTS, plays=2)
LOOPS = b"ANIM\6\0\0\0" + pack("<IH", 0xFF00FF00, 2)
PROMISED = chunk(b"acTL", pack(">II", 3, 2))


def control(index: int, size: tuple[int, int] = SIZE, blend: int = 1) -> bytes:
    return chunk(b"fcTL", pack(">IIIIIHHBB", index, *size, 0, 0, 100, 1000, 0, blend))


def changed(original: bytes, old: bytes, new: bytes) -> bytes:
    assert original.count(old) == 1
    return original.replace(old, new)


def sized(webp: bytes) -> bytes:
    """With the length that it has."""
    return webp[:4] + pack("<I", len(webp) - 8) + webp[8:]


BROKEN = {
    "a first frame that is a part of its still": changed(APNG, control(0), control(0, SMALL)),
    "an unknown blend mode": changed(APNG, control(1), control(1, blend=2)),
    "fewer frames than promised": changed(APNG, PROMISED, chunk(b"acTL", pack(">II", 4, 2))),
}


@pytest.mark.parametrize("original", BROKEN.values(), ids=BROKEN)
def test_what_browsers_refuse_does_not_move(original: bytes) -> None:
    assert pipeline.run(original, WANTED).animation == {
        "animated": False,
        "reason": "damaged",
        "duration": None,
        "loop": None,
    }


TOLD_TWICE = {
    "APNG": changed(APNG, PROMISED, PROMISED + chunk(b"acTL", pack(">II", 2, 7))),
    "WebP": sized(changed(WEBP, LOOPS, LOOPS + LOOPS[:-2] + b"\7\0")),
}


@pytest.mark.parametrize("original", TOLD_TWICE.values(), ids=TOLD_TWICE)
def test_of_two_headers_of_an_animation_the_first_counts(original: bytes) -> None:
    assert pipeline.run(original, WANTED).animation == {"animated": True, "reason": None, "duration": 300, "loop": 2}


def test_frames_beyond_those_that_an_apng_promises_are_not_shown() -> None:
    more = changed(APNG, PROMISED, chunk(b"acTL", pack(">II", 2, 2)))

    made = pipeline.run(more, WANTED)

    assert made.animation == {"animated": True, "reason": None, "duration": 200, "loop": 2}
    assert made.thumbnails[0].frames == 2


@pytest.mark.parametrize("place", ["second", "late"])
@pytest.mark.parametrize("animated", [False, True], ids=["still", "moves"])
def test_only_the_first_transparent_colour_in_front_of_the_data_counts(animated: bool, place: str) -> None:
    frames = [Image.new("RGB", SIZE, colour[:3]) for colour in (RED, BLUE)]
    original = pictures.png(picture=frames[0], save_all=True, append_images=frames[1:], duration=100)
    green, red = (pack(">3H", *colour[:3]) for colour in (GREEN, RED))
    if place == "second":
        original = pictures.with_chunk(pictures.with_chunk(original, b"tRNS", red), b"tRNS", green)
    else:
        original = original[:-12] + chunk(b"tRNS", red) + original[-12:]

    (made,) = pipeline.run(original, WANTED._replace(animated=animated)).thumbnails

    assert made.frames == (2 if animated else 1)
    with Image.open(BytesIO(made.content)) as seen:
        assert seen.convert("RGBA").getchannel("A").getextrema() == (255, 255)
