"""Broken parts of a file are called damaged or ignored, and nothing but the picture survives."""

import random
from io import BytesIO

import pytest
from PIL import Image, ImageCms

from tests.actors.pipeline import LIMITS, WANTED, refusal
from tests.material import pictures
from thumbs import formats, pipeline
from thumbs.errors import Reason


def test_a_png_for_ios_alone_is_not_called_damaged() -> None:
    original = pictures.png()
    changed = original[:8] + pictures.chunk(b"CgBI", bytes([0x50, 0, 0x20, 6])) + original[8:]
    assert refusal(changed).reason is Reason.VARIANT_NOT_SUPPORTED


# Damage


@pytest.mark.parametrize("name", [accepted.name for accepted in formats.INPUTS])
def test_a_file_that_ends_early_is_damaged(name: str) -> None:
    picture = pictures.photo(200, 150)
    original = pictures.encoded(picture, name)
    assert refusal(original[: len(original) * 3 // 5]).reason is Reason.DAMAGED


@pytest.mark.parametrize(
    "profile", [b"not a profile", pictures.srgb_profile()[:200], bytes(1000), b"\xff" * 5000], ids=len
)
def test_a_broken_profile_does_not_break_the_picture(profile: bytes) -> None:
    assert pipeline.run(pictures.jpeg(icc_profile=profile), WANTED, LIMITS).thumbnails


def test_a_profile_of_another_kind_of_colour_does_not_count() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert pipeline.run(pictures.jpeg(icc_profile=lab), WANTED, LIMITS).thumbnails


@pytest.mark.parametrize("seed", range(10))
def test_broken_exif_does_not_break_the_picture(seed: int) -> None:
    chance = random.Random(seed)
    block = bytearray(pictures.exif(6))
    for _ in range(8):
        block[chance.randrange(6, len(block))] = chance.randrange(256)
    assert pipeline.run(pictures.jpeg(exif=bytes(block)), WANTED, LIMITS).thumbnails


@pytest.mark.parametrize("alphas", [b"\x7f" * 257, b"\xff" * 299 + b"\0"], ids=["too many", "the last one"])
def test_more_transparent_colours_than_a_palette_has_do_not_count(alphas: bytes) -> None:
    original = pictures.png(picture=pictures.quadrants(64, 64).convert("P"))
    made = pipeline.run(pictures.with_chunk(original, b"tRNS", alphas), WANTED, LIMITS).thumbnails[0]
    assert Image.open(BytesIO(made.content)).mode == "RGB"


@pytest.mark.parametrize("length", [0, 2, 5, 8, 10**6])
def test_a_transparent_colour_of_the_wrong_length_does_not_count(length: int) -> None:
    made = pipeline.run(pictures.with_chunk(pictures.png(), b"tRNS", bytes(length)), WANTED, LIMITS).thumbnails[0]
    assert Image.open(BytesIO(made.content)).mode == "RGB"


# Polyglots


@pytest.mark.parametrize("payload", [b"PK\x03\x04" + b"evil" * 50, b"<script>evil()</script>", b"<?php evil(); ?>"])
def test_what_else_a_file_is_does_not_survive(payload: bytes) -> None:
    for original in (
        pictures.jpeg() + payload,
        pictures.jpeg(comment=payload),
        pictures.png() + payload,
        pictures.with_chunk(pictures.png(), b"tEXt", b"a\0" + payload),
        pictures.gif(comment=payload),
        pictures.bmp() + payload,
    ):
        assert payload in original
        made = pipeline.run(original, WANTED, LIMITS).thumbnails[0].content
        assert b"evil" not in made
        assert Image.open(BytesIO(made)).format == "WEBP"
