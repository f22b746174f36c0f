"""Gray is shown through its own profile, in every form in which it is stored."""

import struct

import pytest

from tests.actors.pipeline import LIMITS, WANTED
from tests.material import pictures
from tests.material.deep import SIDE, code, gray_profile, level, off, samples16, seen, with_profile
from tests.material.tiffs import tiff
from thumbs import pipeline

LINEAR = gray_profile(b"curv" + bytes(8))
GRAY, GRAY_ALPHA, RGB, RGB_ALPHA = 0, 4, 2, 6  # colour types of a PNG


def of_gamma(exponent: float) -> bytes:
    return gray_profile(b"curv" + struct.pack(">4xIH2x", 1, round(256 * exponent)))


def samples8(colour: int, *samples: int) -> bytes:
    return pictures.stored_png(SIDE, 8, colour, bytes(samples) * SIDE)


@pytest.mark.parametrize("exponent", [1.0, 1.8, 2.2])
@pytest.mark.parametrize("value", [0.0, 3 / 255, 20 / 255, 0.5, 1.0])
def test_gray_is_shown_by_its_own_curve(value: float, exponent: float) -> None:
    profile, expected = of_gamma(exponent), (level(value**exponent),) * 3
    shade = round(255 * value)
    for original in (
        samples8(GRAY, shade),
        samples8(GRAY_ALPHA, shade, 255),
        samples16(GRAY, value),
        samples16(GRAY_ALPHA, value, 1.0),
    ):
        assert off(seen(with_profile(original, profile)), expected) < 2


def test_alpha_stays_when_gray_is_shown_by_its_curve() -> None:
    for original in (samples8(GRAY_ALPHA, 128, 51), samples16(GRAY_ALPHA, 128 / 255, 0.2)):
        pixel = seen(with_profile(original, of_gamma(1.0)))
        assert off(pixel[:3], (level(128 / 255),) * 3) < 4
        assert abs(pixel[3] - 51) < 2


@pytest.mark.parametrize("original", [samples16(RGB, 0.2, 0.5, 0.7), samples16(RGB_ALPHA, 0.2, 0.5, 0.7, 1.0)])
def test_a_profile_of_gray_means_nothing_for_colours(original: bytes) -> None:
    assert off(seen(with_profile(original, of_gamma(1.0))), (0.2 * 255, 0.5 * 255, 0.7 * 255)) < 4


@pytest.mark.parametrize("compression", [1, 8])
def test_all_16_bits_count_where_white_is_zero(compression: int) -> None:
    dark = 0.0012  # level 4, between the levels 0 and 13 of 8 bits
    original = tiff(
        (SIDE, SIDE),
        lambda *_: (65535 - code(dark),),
        16,
        photometric=0,
        compression=compression,
        tags={34675: LINEAR},
    )
    assert off(seen(original), (level(dark),) * 3) < 2


@pytest.mark.parametrize(
    "curve", [b"para" + struct.pack(">4xHxxi", 0, -65536), b"para" + struct.pack(">4xHxx3i", 1, 9 << 16, 0, 1)]
)
def test_parameters_that_are_no_curve_do_not_break_gray(curve: bytes) -> None:
    for original in (samples8(GRAY_ALPHA, 0, 128), samples16(GRAY_ALPHA, 0.0, 0.5)):
        assert pipeline.run(with_profile(original, gray_profile(curve)), WANTED, LIMITS).thumbnails
