"""What a TIFF leaves unsaid is assumed as libtiff does, what it says unusually counts, and what it lacks is damage."""

import struct

import pytest

from tests.material.tiff_pixels import (
    ALPHAS,
    CIELAB,
    COLOURS,
    GRAY,
    GRAYS,
    HEIGHT,
    ICCLAB,
    PIXELS,
    RGB,
    WIDTH,
    YCBCR,
    assert_seen,
    quadrant,
    reason,
)
from tests.material.tiffs import DEFLATE, LZW, NONE, PACKBITS, Pixel, tiff
from thumbs.errors import Reason

PHOTOMETRIC, COEFFICIENTS, RANGE, PROFILE = 262, 529, 532, 34675
THRESHHOLDING = 263  # the tag after PHOTOMETRIC, which changes nothing
TEXT, RATIONAL = 2, 5
SAMPLES = {GRAY: "gray", RGB: "rgb"}
SEEN: dict[int, list[tuple[int, ...]]] = {GRAY: [(gray,) * 3 for gray in GRAYS], RGB: list(COLOURS)}
# In L*, a* and b*: colours of which 8 bits would be up to 16 levels away in red or green.
SATURATED = {
    (0, 228, 114): (80.0092, -70.4834, 42.6777),
    (16, 250, 133): (87.0800, -73.9462, 42.4462),
    (255, 0, 4): (53.2503, 80.1185, 66.2017),
    (5, 3, 250): (31.8004, 77.5671, -105.8788),
}


def place(original: bytes, tag: int) -> int:
    """The offset of a tag's entry."""
    (at,) = struct.unpack_from("<I", original, 4)
    (count,) = struct.unpack_from("<H", original, at)
    entries = range(at + 2, at + 2 + 12 * count, 12)
    return next(entry for entry in entries if struct.unpack_from("<H", original, entry)[0] == tag)


def changed(original: bytes, at: int, *values: int, layout: str) -> bytes:
    made = bytearray(original)
    struct.pack_into(layout, made, at, *values)
    return bytes(made)


@pytest.mark.parametrize("compression", [NONE, PACKBITS, LZW])
@pytest.mark.parametrize("bits", [8, 12, 16, 32])
@pytest.mark.parametrize("photometric", [GRAY, RGB])
def test_without_a_photometric_interpretation_zero_is_black(photometric: int, bits: int, compression: int) -> None:
    pixel = PIXELS[SAMPLES[photometric]]
    original = tiff((WIDTH, HEIGHT), pixel, bits, photometric=photometric, compression=compression)
    original = changed(original, place(original, PHOTOMETRIC), THRESHHOLDING, layout="<H")
    assert_seen(original, SEEN[photometric])


def test_single_bits_of_unknown_meaning_are_not_called_damaged() -> None:
    original = tiff((WIDTH, HEIGHT), lambda *_: (1.0,), 1, photometric=GRAY)
    assert reason(changed(original, place(original, PHOTOMETRIC), THRESHHOLDING, layout="<H")) is (
        Reason.VARIANT_NOT_SUPPORTED
    )


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("tile", [None, (16, 16)], ids=["strips", "tiles"])
@pytest.mark.parametrize("compression", [NONE, LZW])
def test_one_that_lacks_strips_or_tiles_is_damaged(compression: int, tile: tuple[int, int] | None, bits: int) -> None:
    original = tiff((WIDTH, HEIGHT), PIXELS["rgb"], bits, photometric=RGB, rows=9, tile=tile, compression=compression)
    for tag in (324, 325) if tile else (273, 279):
        at = place(original, tag) + 4
        original = changed(original, at, struct.unpack_from("<I", original, at)[0] - 1, layout="<I")
    assert reason(original) is Reason.DAMAGED


@pytest.mark.parametrize(
    ("shares", "ranges"),
    [
        ((0.299, 0.587, 0.114), (16, 235, 128, 240, 128, 240)),
        ((0.2126, 0.7152, 0.0722), (0, 255, 128, 255, 128, 255)),
    ],
    ids=["range of television", "coefficients of BT.709"],
)
def test_uncompressed_ycbcr_counts_as_its_tags_say(shares: tuple[float, ...], ranges: tuple[int, ...]) -> None:
    assert_seen(_ycbcr(shares, ranges, [round(share * 10_000) for share in shares], 10_000), list(COLOURS))


@pytest.mark.parametrize(("green", "unit"), [(0, 10_000), (5870, 0)], ids=["no green", "a division by zero"])
def test_ycbcr_with_impossible_coefficients_counts_as_in_jpeg(green: int, unit: int) -> None:
    original = _ycbcr((0.299, 0.587, 0.114), (0, 255, 128, 255, 128, 255), [2990, green, 1140], unit)
    assert_seen(original, list(COLOURS))


def _ycbcr(shares: tuple[float, ...], ranges: tuple[int, ...], numerators: list[int], denominator: int) -> bytes:
    """COLOURS with these shares of red, green and blue in the luma, and the fractions that the tag says they are."""
    black, white, zero, most = ranges[:4]

    def pixel(x: int, y: int) -> Pixel:
        red, green, blue = (value / 255 for value in COLOURS[quadrant(x, y)])
        luma = shares[0] * red + shares[1] * green + shares[2] * blue
        chroma = (blue - luma) / (1 - shares[2]) / 2, (red - luma) / (1 - shares[0]) / 2
        unit = 2 * (most - zero) if most < 255 else 255
        return (round(black + luma * (white - black)), *(round(zero + one * unit) for one in chroma))

    rationals = {
        COEFFICIENTS: struct.pack("<6I", *(part for numerator in numerators for part in (numerator, denominator))),
        RANGE: struct.pack("<12I", *(part for value in ranges for part in (value, 1))),
    }
    original = tiff((WIDTH, HEIGHT), pixel, 8, photometric=YCBCR, tags={530: (1, 1), **rationals})
    for tag, content in rationals.items():
        original = changed(original, place(original, tag) + 2, RATIONAL, len(content) // 8, layout="<HI")
    return original


@pytest.mark.parametrize("predictor", [1, 2])
@pytest.mark.parametrize("planar", [False, True], ids=["chunky", "planar"])
@pytest.mark.parametrize("photometric", [CIELAB, ICCLAB])
def test_all_16_bits_of_cielab_count(photometric: int, planar: bool, predictor: int) -> None:
    icc = photometric == ICCLAB
    for samples in (3, 4):

        def pixel(x: int, y: int, samples: int = samples) -> Pixel:
            lightness, *opponents = [*SATURATED.values()][quadrant(x, y)]
            signed = (round(value * 256 + 32768 * icc) % 2**16 for value in opponents)
            whole = round(lightness * (652.8 if icc else 655.35)), *signed, 65535
            return [value / 65535 for value in whole[:samples]]

        original = tiff(
            (WIDTH, HEIGHT),
            pixel,
            16,
            photometric=photometric,
            planar=planar,
            extras=(2,) * (samples - 3),
            compression=DEFLATE,
            predictor=predictor,
        )
        assert_seen(original, [(*rgb, 255)[:samples] for rgb in SATURATED], 2)


@pytest.mark.parametrize("planar", [False, True], ids=["chunky", "planar"])
@pytest.mark.parametrize("bits", [8, 16, 32])
def test_a_fourth_sample_of_rgb_is_alpha_if_nothing_is_said(bits: int, planar: bool) -> None:
    original = tiff((WIDTH, HEIGHT), PIXELS["rgb and alpha"], bits, photometric=RGB, planar=planar)
    assert_seen(original, [(*rgb, alpha) for rgb, alpha in zip(COLOURS, ALPHAS, strict=True)])


@pytest.mark.parametrize("planar", [False, True], ids=["chunky", "planar"])
@pytest.mark.parametrize("bits", [8, 16])
def test_alpha_may_be_any_of_the_further_samples(bits: int, planar: bool) -> None:
    def pixel(x: int, y: int) -> Pixel:
        *rgb, alpha = PIXELS["rgb and alpha"](x, y)
        return (*rgb, 0.3, alpha)

    original = tiff((WIDTH, HEIGHT), pixel, bits, photometric=RGB, extras=(0, 2), planar=planar)
    assert_seen(original, [(*rgb, alpha) for rgb, alpha in zip(COLOURS, ALPHAS, strict=True)])


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("kind", [TEXT, None, RATIONAL], ids=["text", "whole numbers", "rationals"])
@pytest.mark.parametrize("photometric", [GRAY, RGB])
def test_a_profile_that_is_no_bytes_is_ignored(photometric: int, kind: int | None, count: int) -> None:
    original = tiff((WIDTH, HEIGHT), PIXELS[SAMPLES[photometric]], 8, photometric=photometric, tags={PROFILE: (7,) * 4})
    original = changed(original, place(original, PROFILE) + 4, count, layout="<I")
    if kind:
        original = changed(original, place(original, PROFILE) + 2, kind, layout="<H")
    assert_seen(original, SEEN[photometric])
