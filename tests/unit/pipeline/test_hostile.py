"""Hostile files end as a rejection, on the first attempt and within the limits."""

import struct
import subprocess
import sys
import zlib
from functools import cache

import pytest
from PIL import Image

from tests.actors.pipeline import LIMITS, WANTED, refusal
from tests.material import pictures
from thumbs import formats, pipeline
from thumbs.errors import Reason

# Not pictures


def test_an_empty_file_is_refused_as_empty() -> None:
    assert refusal(b"").reason is Reason.EMPTY


@pytest.mark.parametrize(
    "original",
    [
        b"Dear all, this is not a picture.",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        b"%PDF-1.7\n",
        b"8BPS\x00\x01" + bytes(20),
        b"\x00\x00\x01\x00\x01\x00\x10\x10" + bytes(40),
        b"icns\x00\x00\x00\x20" + bytes(40),
        b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(40),
        b"P6 10 10 255\n" + bytes(300),
        b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isommp42" + bytes(40),
        b"\xff\xd8",
    ],
    ids=["text", "svg", "eps", "pdf", "psd", "ico", "icns", "jpeg2000", "ppm", "mp4", "two-bytes"],
)
def test_what_is_not_accepted_is_named_so_and_never_parsed(original: bytes) -> None:
    refused = refusal(original)
    assert refused.reason is Reason.NOT_AN_IMAGE
    assert refused.facts["accepted"] == formats.ACCEPTED_LABELS


def test_parsers_of_formats_that_are_not_accepted_are_not_even_loaded() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", _PLUGINS, *sys.path], capture_output=True, text=True, check=True
    ).stdout.split()
    assert sorted(loaded) == sorted(
        f"PIL.{name}ImagePlugin" for name in ("Avif", "Bmp", "Gif", "Jpeg", "Png", "Tiff", "WebP")
    )


_PLUGINS = """
import sys
sys.path[:] = sys.argv[1:]
from thumbs import formats
from thumbs.pipeline import steps
for accepted in formats.INPUTS:
    steps.prepare(accepted, tuple(formats.OUTPUTS.values()), animated=True)
print(*(name for name in sys.modules if name.endswith("ImagePlugin")))
"""


# Too many pixels


@pytest.mark.parametrize(
    "original",
    [
        pictures.huge_png(60_000, 60_000),
        pictures.huge_png(2**31 - 1, 2**31 - 1),
        b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0) + b",\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;",
        b"BM" + struct.pack("<IHHIIiiHHIIiiII", 60, 0, 0, 54, 40, 60_000, 60_000, 1, 24, 0, 0, 0, 0, 0, 0) + bytes(8),
        b"RIFF\x1c\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0" + b"\xff\xff\xff\xff\xff\0" + b"VP8 \0\0",
        b"RIFF\x16\0\0\0WEBPVP8L\x0a\0\0\0\x2f\xff\xff\xff\x0f" + bytes(9),
        b"RIFF\x1c\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0" + b"\xfe\x3f\0\xfe\x3f\0" + b"ANMF\0\0\0\0",
    ],
    ids=["png", "png-2**31", "gif", "bmp", "webp-extended", "webp-lossless", "webp-animated"],
)
def test_few_bytes_that_promise_gigabytes_are_refused_before_decoding(original: bytes) -> None:
    refused = refusal(original, pipeline.Limits(memory=64 * 2**20, cpu_seconds=2))
    assert refused.reason in {Reason.TOO_MANY_PIXELS, Reason.DAMAGED}


def test_the_limit_of_pixels_is_that_of_the_setting_and_is_named() -> None:
    original = pictures.png(1200, 1000)
    wanted = pipeline.Wanted(WANTED.sizes, WANTED.outputs, 80, max_megapixels=1)
    refused = refusal(original, wanted=wanted)
    assert (refused.reason, refused.facts) == (Reason.TOO_MANY_PIXELS, {"limit": 1})
    assert refused.original == {"format": "PNG", "width": 1200, "height": 1000, "bytes": len(original), "frames": 1}


def test_with_too_little_memory_per_pixel_the_limit_of_pixels_is_lower() -> None:
    original = pictures.png(4000, 3000)
    refused = refusal(original, pipeline.Limits(memory=64 * 2**20))
    assert (refused.reason, refused.facts) == (Reason.TOO_MANY_PIXELS, {"limit": 8})


def test_an_animated_webp_has_a_lower_limit_than_a_still() -> None:
    """Its decoder needs more memory per pixel."""
    limits = pipeline.Limits(memory=64 * 2**20)
    assert pipeline.run(pictures.webp(2600, 2000), WANTED, limits).thumbnails
    moving = pictures.webp(2600, 2000, save_all=True, append_images=[Image.new("RGB", (2600, 2000))])
    refused = refusal(moving, limits)
    assert (refused.reason, refused.facts) == (Reason.TOO_MANY_PIXELS, {"limit": 3})


# Too much work


def scan_bomb(scans: int) -> bytes:
    """A progressive JPEG that repeats the last of its scans."""
    original = pictures.jpeg(1000, 1000, progressive=True)
    start = original.rindex(b"\xff\xda")
    return original[:start] + original[start:-2] * scans + b"\xff\xd9"


def test_a_jpeg_that_repeats_its_scans_is_too_complex() -> None:
    refused = refusal(scan_bomb(5000))
    assert (refused.reason, refused.detail) == (Reason.TOO_COMPLEX, "a JPEG of more than 100 scans")


def test_a_jpeg_of_nothing_but_segments_is_too_complex() -> None:
    assert refusal(b"\xff\xd8" + b"\xff\xfe\x00\x02" * 200_000 + b"\xff\xd9").reason is Reason.TOO_COMPLEX


def test_a_png_of_nothing_but_chunks_is_too_complex() -> None:
    original = pictures.png()
    assert refusal(original[:33] + pictures.chunk(b"teSt", b"") * 200_000 + original[33:]).reason is Reason.TOO_COMPLEX


def test_tags_that_all_claim_the_whole_file_are_too_complex() -> None:
    size = 1_000_000
    entries = b"".join(struct.pack("<HHII", tag, 7, size, 0) for tag in range(1000, 31_000))
    original = b"II*\0\x08\0\0\0" + struct.pack("<H", 30_000) + entries
    assert refusal(original.ljust(size, b"\0")).reason is Reason.TOO_COMPLEX


def test_an_apng_that_claims_two_billion_frames_is_its_first_frame() -> None:
    original = pictures.with_chunk(pictures.png(), b"acTL", struct.pack(">II", 2**31 - 1, 0))
    assert pipeline.run(original, WANTED, LIMITS).original["frames"] == 1


def test_directories_of_a_tiff_that_lead_in_a_circle_do_not_matter() -> None:
    original = bytearray(pictures.tiff(64, 64))
    (at,) = struct.unpack_from("<I", original, 4)
    (count,) = struct.unpack_from("<H", original, at)
    struct.pack_into("<I", original, at + 2 + 12 * count, at)
    assert pipeline.run(bytes(original), WANTED, LIMITS).thumbnails


@cache
def _bomb() -> bytes:
    """256 MB of zeros, packed once, because that takes longer than a test."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(2**20)) for _ in range(256)) + packer.flush()


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt", b"iCCP"])
def test_a_chunk_that_unpacks_to_more_than_memory_is_left_packed(kind: bytes) -> None:
    heads = {b"zTXt": b"a\0\0", b"iTXt": b"a\0\x01\0\0\0", b"iCCP": b"a\0\0"}
    original = pictures.with_chunk(pictures.png(), kind, heads[kind] + _bomb())
    assert pipeline.run(original, WANTED, pipeline.Limits(memory=100 * 2**20, cpu_seconds=5)).thumbnails


def test_more_processor_time_than_a_picture_may_take_is_a_rejection() -> None:
    refused = refusal(pictures.png(picture=pictures.photo(2000, 1500)), pipeline.Limits(cpu_seconds=0.01))
    assert (refused.reason, refused.detail) == (Reason.TOO_COMPLEX, "stopped after 0.01 s of processor time")


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not enforce RLIMIT_AS")
@pytest.mark.parametrize("name", ["GIF", "TIFF", "AVIF", "WEBP", "HEIF", "JPEG"])
def test_running_out_of_memory_is_a_rejection(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Without the check by pixels, so that the memory limit decides.
    unlimited = tuple(
        formats.Input(i.name, i.label, i.signature, i.reader, 0, i.types, i.extensions) for i in formats.INPUTS
    )
    monkeypatch.setattr(formats, "INPUTS", unlimited)
    picture = Image.new("RGBA" if name == "WEBP" else "RGB", (2600, 2000))
    original = pictures.encoded(picture, name, **({"progressive": True} if name == "JPEG" else {}))
    # libjpeg, libavif and libheif do not distinguish a refused allocation from a broken file.
    reasons = {Reason.TOO_COMPLEX} if name in {"GIF", "TIFF", "WEBP"} else {Reason.TOO_COMPLEX, Reason.DAMAGED}
    assert refusal(original, pipeline.Limits(memory=5 * 2**20)).reason in reasons
    assert pipeline.run(original, WANTED, pipeline.Limits(memory=256 * 2**20)).thumbnails
