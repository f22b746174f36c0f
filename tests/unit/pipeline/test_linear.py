"""Colours in 16 bits of linear light, and the curves that a PNG or a profile declares."""

import struct
import zlib
from typing import Any

import pytest

from tests.material import pictures, tiffs
from tests.material.deep import SIDE, Light, code, gray_profile, level, linear, off, samples16, seen, with_profile
from thumbs.pipeline import icc, icc_read
from thumbs.pipeline.readers import deep, png_colours

DARK = 0.0012  # level 4 of sRGB; 8 bits of linear light have only 0 and 13


def with_gamma(original: bytes) -> bytes:
    return pictures.with_chunk(original, b"gAMA", struct.pack(">I", 100_000))


@pytest.mark.parametrize("value", [0.0, DARK, 0.003, 0.0101, 0.2, 1.0])
@pytest.mark.parametrize(
    ("colour", "channels"), [(0, 1), (2, 3), (4, 1), (6, 3)], ids=["gray", "RGB", "gray with alpha", "RGBA"]
)
def test_16_bits_of_linear_light_keep_their_dark_tones(colour: int, channels: int, value: float) -> None:
    original = with_gamma(samples16(colour, *[value] * channels, *[1.0] * (colour > 3)))
    assert off(seen(original), (level(value),) * 3) < 1.6


def test_alpha_of_16_bits_is_no_light() -> None:
    for colour, channels in ((4, 1), (6, 3)):
        assert off(seen(with_gamma(samples16(colour, *[0.2] * channels, 0.5)))[3:], (127,)) < 2


def test_channels_of_linear_light_are_not_mixed_up() -> None:
    original = with_gamma(samples16(2, DARK, 0.0101, 0.05))
    assert off(seen(original), (level(DARK), level(0.0101), level(0.05))) < 4


def test_a_transparent_colour_of_linear_light_stays_transparent() -> None:
    exact = struct.pack(">3H", *[code(DARK)] * 3)
    original = with_gamma(samples16(2, DARK, DARK, DARK))
    assert seen(pictures.with_chunk(original, b"tRNS", exact))[3] == 0
    assert seen(pictures.with_chunk(original, b"tRNS", exact[:-1] + b"\0"))[3] == 255
    gray = with_gamma(samples16(0, DARK))
    assert seen(pictures.with_chunk(gray, b"tRNS", exact[:2]))[3] == 0


def tiff16(*samples: float, order: str = "<", compression: int = 1, profile: bytes = b"") -> bytes:
    """A square of one colour: gray, RGB or RGBA."""
    count = len(samples)
    pixels = struct.pack(f"{order}{count}H", *map(code, samples)) * SIDE * SIDE
    data = zlib.compress(pixels) if compression == 8 else pixels
    values = {256: (3, [SIDE]), 257: (3, [SIDE]), 258: (3, [16] * count), 259: (3, [compression])}
    values |= {262: (3, [1 if count < 3 else 2]), 273: (4, [8]), 277: (3, [count]), 278: (3, [SIDE])}
    values |= {279: (4, [len(data)])} | ({338: (3, [2])} if count in {2, 4} else {})
    at = 8 + len(data)
    entries, tail = b"", profile
    behind = at + 6 + 12 * (len(values) + 1)
    entry_of_profile = struct.pack(order + "HHII", 34675, 7, len(profile), behind)
    for tag, (kind, numbers) in sorted(values.items()):
        packed = struct.pack(f"{order}{len(numbers)}{'H' if kind == 3 else 'I'}", *numbers)
        if len(packed) > 4:
            place = struct.pack(order + "I", behind + len(tail))
            tail += packed
        else:
            place = packed.ljust(4, b"\0")
        entries += struct.pack(order + "HHI", tag, kind, len(numbers)) + place
    directory = struct.pack(order + "H", len(values) + 1) + entries + entry_of_profile + bytes(4)
    return (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", at) + data + directory + tail


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("compression", [1, 8], ids=["stored", "deflate"])
@pytest.mark.parametrize("samples", [(0.003,) * 3, (DARK, 0.0101, 0.05), (0.003, 0.003, 0.003, 1.0)])
def test_linear_light_in_a_tiff_keeps_its_dark_tones(samples: tuple[float, ...], compression: int, order: str) -> None:
    original = tiff16(*samples, order=order, compression=compression, profile=linear())
    assert off(seen(original), tuple(map(level, samples[:3]))) < 4


@pytest.mark.parametrize("order", ["<", ">"])
def test_linear_gray_in_a_tiff_keeps_its_dark_tones(order: str) -> None:
    profile = gray_profile(b"curv" + struct.pack(">4xI", 0))
    assert off(seen(tiff16(DARK, order=order, profile=profile)), (level(DARK),) * 3) < 1.6


@pytest.mark.parametrize(
    ("bits", "layout"),
    [
        (16, {"planar": True}),
        (16, {"planar": True, "order": ">"}),
        (12, {}),
        (32, {}),
        (32, {"kind": tiffs.FLOAT}),
        (16, {"kind": tiffs.FLOAT}),
        (32, {"kind": tiffs.FLOAT, "planar": True, "compression": tiffs.DEFLATE}),
    ],
    ids=str,
)
@pytest.mark.parametrize("samples", [(0.003,), (DARK, 0.003, 0.05)], ids=["gray", "RGB"])
def test_linear_light_keeps_its_dark_tones_in_every_layout(
    bits: int, layout: dict[str, Any], samples: tuple[float, ...]
) -> None:
    profile = linear() if len(samples) == 3 else gray_profile(b"curv" + struct.pack(">4xI", 0))
    original = tiffs.tiff(
        (SIDE, SIDE), lambda *_: samples, bits, photometric=len(samples) // 2 + 1, tags={34675: profile}, **layout
    )
    assert off(seen(original), tuple(map(level, samples * (3 // len(samples))))) < 4


@pytest.mark.parametrize(
    ("chromaticities", "colour"),
    [(icc.SRGB, (0.01, 0.02, 0.04)), (icc.PRIMARIES[9], (0.01, 0.02, 0.04)), (icc.PRIMARIES[12], (0.3, 0.1, 0.004))],
)
def test_linear_light_of_other_primaries_is_converted(chromaticities: icc.Chromaticities, colour: Light) -> None:
    expected = [level(sum(a * b for a, b in zip(row, colour, strict=True))) for row in icc.to_srgb(chromaticities)]
    assert off(seen(with_profile(samples16(2, *colour), linear(chromaticities))), tuple(expected)) < 4


@pytest.mark.parametrize(
    ("content", "signal", "expected"),
    [
        (b"curv" + struct.pack(">4xI", 0), 0.3, 0.3),
        (b"curv" + struct.pack(">4xIH", 1, 512), 0.3, 0.09),
        (b"curv" + struct.pack(">4xI3H", 3, 0, 6553, 65535), 0.25, 0.05),
        (b"curv" + struct.pack(">4xI3H", 3, 0, 6553, 65535), 1.0, 1.0),
        (b"para" + struct.pack(">4xHxxi", 0, 2 * 65536), 0.3, 0.09),
        (b"para" + struct.pack(">4xHxx3i", 1, 2 * 65536, 65536, -6554), 0.3, 0.04),
        (b"para" + struct.pack(">4xHxx3i", 1, 2 * 65536, 65536, -6554), 0.05, 0.0),
        (b"para" + struct.pack(">4xHxx4i", 2, 2 * 65536, 65536, -6554, 6554), 0.05, 0.1),
        (b"para" + struct.pack(">4xHxx5i", 3, 157286, 62119, 3417, 5072, 2651), 0.5, 0.2140),
        (b"para" + struct.pack(">4xHxx5i", 3, 157286, 62119, 3417, 5072, 2651), 0.02, 0.001548),
        (b"para" + struct.pack(">4xHxx7i", 4, 65536, 65536, 0, 32768, 6554, 6554, 0), 0.05, 0.025),
        (b"para" + struct.pack(">4xHxx7i", 4, 65536, 65536, 0, 32768, 6554, 6554, 0), 0.5, 0.6),
    ],
)
def test_the_curves_of_a_profile_are_read(content: bytes, signal: float, expected: float) -> None:
    curve = icc_read.curve(content)
    assert curve is not None
    assert curve(signal) == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize("content", [b"", b"curv", b"mluc" + bytes(20), b"para" + struct.pack(">4xHxx", 9)])
def test_a_broken_curve_is_none(content: bytes) -> None:
    assert icc_read.curve(content) is None
    assert deep.of_profile(gray_profile(content)) is None


@pytest.mark.parametrize("cut", range(0, 900, 61))
def test_a_profile_that_ends_early_is_no_reason_to_fail(cut: int) -> None:
    deep.of_profile(linear()[:cut])


def test_a_huge_curve_is_not_read() -> None:
    huge = b"curv" + struct.pack(">4xI", 4_000_000) + bytes(8_000_000)
    assert icc_read.curves(gray_profile(huge)) is not None
    assert deep.of_profile(gray_profile(huge)) is None


def test_what_is_near_srgb_pays_nothing() -> None:
    adobe = icc.profile(icc.SRGB, icc.gamma(563 / 256))
    for profile in (None, b"", pictures.srgb_profile(), adobe, icc.profile(icc.SRGB, icc.gamma(1.8))):
        assert deep.of_profile(profile) is None
    assert deep.of_profile(linear()) is not None


# The colours that a PNG declares

WIDE = struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
P3_PROFILE = zlib.compress(icc.of_cicp(12, 13) or b"")


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ({}, None),
        ({b"cICP": bytes((12, 13, 0, 1)), b"sRGB": b"\0"}, icc.of_cicp(12, 13)),
        ({b"cICP": bytes((1, 13, 0, 1)), b"iCCP": b"x\0\0" + P3_PROFILE}, None),
        ({b"cICP": bytes((2, 2, 0, 1)), b"iCCP": b"x\0\0" + P3_PROFILE}, icc.of_cicp(12, 13)),
        ({b"cICP": bytes((99, 13, 0, 1)), b"iCCP": b"x\0\0" + P3_PROFILE}, icc.of_cicp(12, 13)),
        ({b"cICP": bytes((12, 13, 1, 1)), b"iCCP": b"x\0\0" + P3_PROFILE}, icc.of_cicp(12, 13)),
        ({b"cICP": bytes((1, 13, 0)), b"iCCP": b"x\0\0" + P3_PROFILE}, icc.of_cicp(12, 13)),
        ({b"iCCP": b"x\0\0" + P3_PROFILE, b"sRGB": b"\0", b"gAMA": struct.pack(">I", 100_000)}, icc.of_cicp(12, 13)),
        ({b"iCCP": b"x\0\0broken", b"sRGB": b"\0", b"gAMA": struct.pack(">I", 100_000)}, None),
        ({b"iCCP": b"x\0\0broken", b"gAMA": struct.pack(">I", 100_000)}, linear()),
        ({b"sRGB": b"\0", b"gAMA": struct.pack(">I", 100_000)}, None),
        ({b"gAMA": struct.pack(">I", 100_000)}, linear()),
        ({b"gAMA": struct.pack(">I", 45_455)}, None),
        ({b"gAMA": bytes(4)}, None),
        ({b"cHRM": WIDE}, icc.of_cicp(12, 13)),
        ({b"cHRM": bytes(32)}, None),
    ],
)
def test_of_several_names_of_its_colours_a_png_means_the_strongest(
    chunks: dict[bytes, bytes], expected: bytes | None
) -> None:
    assert png_colours.named(chunks) == expected
