"""What a file declares twice, or too late, counts as in browsers."""

import struct
from io import BytesIO

import pytest
from PIL import Image

from tests.actors.pipeline import LIMITS, WANTED, refusal
from tests.material import pictures
from thumbs import pipeline
from thumbs.errors import Reason
from thumbs.pipeline import icc
from thumbs.pipeline.readers import jpeg_scans

DARK = (55, 55, 55)
LINEAR, USUAL = (struct.pack(">I", gamma) for gamma in (100_000, 45_455))
SQUARE = Image.new("RGB", (64, 64), DARK)
UPRIGHT, TURNED = (pictures.exif(orientation)[6:] for orientation in (1, 6))


def centre(original: bytes) -> int:
    made = pipeline.run(original, WANTED, LIMITS).thumbnails[0]
    return Image.open(BytesIO(made.content)).convert("L").getpixel((16, 16))  # type: ignore[return-value]


def turned(original: bytes) -> bool:
    seen = pipeline.run(original, WANTED, LIMITS).original
    return seen["height"] > seen["width"]


def behind(original: bytes, kind: bytes, data: bytes) -> bytes:
    """A PNG with one more chunk after its pixels."""
    return original[:-12] + pictures.chunk(kind, data) + original[-12:]


@pytest.mark.parametrize("depth", [8, 16])
def test_of_two_declarations_of_a_png_the_first_counts(depth: int) -> None:
    original = pictures.png(picture=SQUARE) if depth == 8 else pictures.stored_png(64, 16, 2, b"\x37\x37" * 3 * 64)
    usual_last = pictures.with_chunk(pictures.with_chunk(original, b"gAMA", USUAL), b"gAMA", LINEAR)
    linear_last = pictures.with_chunk(pictures.with_chunk(original, b"gAMA", LINEAR), b"gAMA", USUAL)
    assert abs(centre(usual_last) - 128) < 4
    assert abs(centre(linear_last) - 55) < 4


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize(("kind", "data"), [(b"gAMA", LINEAR), (b"cICP", bytes((1, 8, 0, 1)))])
def test_colours_that_a_png_declares_after_its_pixels_do_not_count(kind: bytes, data: bytes, depth: int) -> None:
    original = pictures.png(picture=SQUARE) if depth == 8 else pictures.stored_png(64, 16, 2, b"\x37\x37" * 3 * 64)
    assert abs(centre(behind(original, kind, data)) - 55) < 4
    assert abs(centre(pictures.with_chunk(original, kind, data)) - 128) < 4


def test_an_orientation_may_follow_the_pixels_but_the_first_counts() -> None:
    original = pictures.png()
    assert turned(behind(original, b"eXIf", TURNED))
    assert turned(behind(pictures.with_chunk(original, b"eXIf", TURNED), b"eXIf", UPRIGHT))
    assert not turned(behind(pictures.with_chunk(original, b"eXIf", UPRIGHT), b"eXIf", TURNED))


def extended(features: int, *chunks: tuple[bytes, bytes]) -> bytes:
    return pictures.riff(pictures.vp8x(features, (64, 32)), *chunks)


def test_of_two_chunks_of_a_webp_the_first_counts() -> None:
    still = b"VP8L", pictures.webp(64, 32, picture=Image.new("RGB", (64, 32), DARK), lossless=True)[20:]
    exif = tuple((b"EXIF", block) for block in (TURNED, UPRIGHT))
    assert turned(extended(0x08, still, *exif))
    assert not turned(extended(0x08, still, *exif[::-1]))
    linear = icc.profile(icc.SRGB, icc.gamma(1.0))
    profiles = (b"ICCP", linear), (b"ICCP", pictures.srgb_profile())
    assert [
        abs(centre(extended(0x20, *order, still)) - shade) < 4
        for order, shade in ((profiles, 128), (profiles[::-1], 55))
    ] == [True, True]


@pytest.mark.parametrize("filtered", range(4))
def test_alpha_of_a_webp_that_ends_early_is_damage(filtered: int) -> None:
    still = b"VP8 ", pictures.webp(64, 32)[20:]
    alpha = bytes((filtered << 2,)) + bytes(64 * 32)
    assert pipeline.run(extended(0x10, (b"ALPH", alpha), still), WANTED, LIMITS).thumbnails
    assert refusal(extended(0x10, (b"ALPH", alpha[:-1]), still)).reason is Reason.DAMAGED


@pytest.mark.parametrize("end", [b"\xff\xd9", b"\xff\xff\xff\xff\xd9"])
def test_an_end_marker_may_be_filled(end: bytes) -> None:
    frame = pictures.segment(0xC9, struct.pack(">BHHB", 8, 8, 8, 1) + b"\1\x11\0")
    scan = pictures.segment(0xDA, b"\1\1\0\0\x3f\0")
    assert jpeg_scans.layout(b"\xff\xd8" + frame + scan + b"data" + end).ended
    assert not jpeg_scans.layout(b"\xff\xd8" + frame + scan + b"data").ended
