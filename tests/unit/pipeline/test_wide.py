"""Colours in wide primaries and more than 8 bits, against formulas in floating point, before any encoder."""

import struct
from collections.abc import Callable, Iterable
from io import BytesIO
from itertools import product

import pytest
from PIL import Image
from pillow_heif import HeifFile, from_bytes

from tests.material import pictures, tiffs
from tests.material.decoding import decoded, decoded_at_once
from tests.material.deep import Light, code, level, light, off, with_profile
from tests.material.hdr_signals import BT2020, HLG, PQ, hlg_light, naming, pq_light, signals
from thumbs.pipeline import colour, hdr, icc, pixelmath
from thumbs.pipeline.readers import deep, heif, png, tiff

Matrix = tuple[Light, Light, Light]

# From sRGB to XYZ and from XYZ to the others, adapted to D50 (http://www.brucelindbloom.com, Eqn_RGB_XYZ_Matrix).
TO_XYZ = ((0.4360747, 0.3850649, 0.1430804), (0.2225045, 0.7168786, 0.0606169), (0.0139322, 0.0971045, 0.7141733))
PROPHOTO = ((1.3459433, -0.2556075, -0.0511118), (-0.5445989, 1.5081673, 0.0205351), (0.0, 0.0, 1.2118128))
ADOBE = ((1.9624274, -0.6105343, -0.3413404), (-0.9787684, 1.9161415, 0.0334540), (0.0286869, -0.1406752, 1.3487655))
P3 = ((0.8224621, 0.1775380, 0.0), (0.0331942, 0.9668058, 0.0), (0.0170826, 0.0723974, 0.9105199))
TO_SRGB = ((1.6605, -0.5876, -0.0728), (-0.1246, 1.1329, -0.0083), (-0.0182, -0.1006, 1.1187))  # BT.2407, 2.2
D65 = (0.3127, 0.3290)
SPACES: dict[str, tuple[icc.Chromaticities, tuple[Matrix, ...]]] = {
    "BT.2020": (icc.PRIMARIES[9], (BT2020,)),
    "P3": (icc.PRIMARIES[12], (P3,)),
    "Adobe RGB": (((0.64, 0.33), (0.21, 0.71), (0.15, 0.06), D65), (TO_XYZ, ADOBE)),
    "ProPhoto": (
        ((0.734699, 0.265301), (0.159597, 0.840403), (0.036598, 0.000105), (0.345704, 0.35854)),
        (TO_XYZ, PROPHOTO),
    ),
}

# Gray, the saturated primaries and secondaries between several pairs of levels, and skin in several lights.
SATURATED = [
    (float(red), float(green), float(blue))
    for pair in ((0, 60), (0, 128), (0, 255), (5, 40), (20, 180), (20, 230), (128, 255))
    for red, green, blue in product(pair, repeat=3)
]
SKIN = [
    (level(share * light(red)), level(share * light(green)), level(share * light(blue)))
    for share in (0.05, 0.3, 1.0)
    for red, green, blue in ((255, 219, 172), (198, 134, 66), (141, 85, 36), (80, 40, 20))
]
COLOURS = [*SATURATED, *SKIN]
COUNT = len(COLOURS)


def each(function: Callable[[float], float], values: Iterable[float]) -> Light:
    red, green, blue = map(function, values)
    return red, green, blue


def times(matrix: Matrix, values: Light) -> Light:
    return each(lambda number: sum(a * b for a, b in zip(matrix[int(number)], values, strict=True)), range(3))


def in_wide(space: str, shown: Light, gamma: float) -> Light:
    """The samples of a colour of sRGB in other primaries and another curve."""
    values = each(light, shown)
    for matrix in SPACES[space][1]:
        values = times(matrix, values)
    return each(lambda value: max(0.0, value) ** (1 / gamma), values)


def in_hdr(transfer: int, colour: Light) -> Light:
    return each(float, signals(transfer, colour))


def a_png(samples: list[Light], *, alpha: float | None = None) -> bytes:
    pixels = [(*one, alpha) if alpha is not None else one for one in samples]
    row = b"".join(struct.pack(f">{len(one)}H", *map(code, one)) for one in pixels)
    return pictures.stored_png(COUNT, 16, 2 if alpha is None else 6, row)


def a_tiff(samples: list[Light], profile: bytes, **layout: object) -> bytes:
    def pixel(x: int, _: int) -> Light:
        return samples[x]

    return tiffs.tiff((COUNT, 2), pixel, 16, photometric=2, tags={34675: profile}, **layout)  # type: ignore[arg-type]


def converted(original: bytes) -> list[tuple[int, ...]]:
    """The pixels of the first row in sRGB, not resized."""
    reader = png if original[:4] == b"\x89PNG" else tiff if original[:2] in {b"II", b"MM"} else heif
    source = reader.source(original)
    picture = colour.to_srgb(colour.plain(decoded(source, source.size)), source.profile)
    return [picture.getpixel((x, 0)) for x in range(picture.width)]  # type: ignore[misc]


def most_off(found: list[tuple[int, ...]], expected: Iterable[tuple[float, ...]]) -> float:
    return max(off(one, other) for one, other in zip(found, expected, strict=True))


@pytest.mark.parametrize("gamma", [1.0, 1.8, 2.2])
@pytest.mark.parametrize("space", SPACES)
def test_saturated_colours_of_wide_primaries_are_exact(space: str, gamma: float) -> None:
    samples = [in_wide(space, shown, gamma) for shown in COLOURS]
    profile = icc.profile(SPACES[space][0], icc.gamma(gamma))
    for original in (
        with_profile(a_png(samples), profile),
        a_tiff(samples, profile, order=">", compression=tiffs.DEFLATE),
        a_tiff(samples, profile, planar=True),
    ):
        assert most_off(converted(original), COLOURS) <= 1


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_saturated_colours_of_hdr_are_those_of_sdr(transfer: int) -> None:
    samples = [in_hdr(transfer, each(light, shown)) for shown in COLOURS]
    profile = naming(icc.of_cicp(9, 13) or b"", 9, transfer)
    for original in (
        pictures.with_chunk(a_png(samples), b"cICP", bytes((9, transfer, 0, 1))),
        a_tiff(samples, profile),
        a_tiff(samples, profile, planar=True, order=">"),
    ):
        assert most_off(converted(original), COLOURS) <= 1.5


def test_alpha_of_16_bits_changes_no_colour() -> None:
    samples = [in_wide("ProPhoto", shown, 1.8) for shown in COLOURS]
    profile = icc.profile(SPACES["ProPhoto"][0], icc.gamma(1.8))
    found = converted(with_profile(a_png(samples, alpha=0.25), profile))
    assert {pixel[3] for pixel in found} == {64}
    assert most_off([pixel[:3] for pixel in found], COLOURS) <= 1


@pytest.mark.parametrize("transfer", [1, PQ, HLG])
def test_each_of_10_bits_of_a_heic_counts(transfer: int) -> None:
    """The truth is computed from the samples of the decoder, because 10 bits themselves are up to 9 levels off."""
    values = []
    for shown in COLOURS:
        dimmed = each(lambda value: 0.9 * light(value), shown)  # so that rounding does not exceed white
        values.append(each(icc.srgb_signal, times(BT2020, dimmed)) if transfer == 1 else in_hdr(transfer, dimmed))
    wide = b"".join(struct.pack("<3H", *map(code, value)) * 2 for value in values)
    file = BytesIO()
    names = {"color_primaries": 9, "transfer_characteristics": transfer, "matrix_coefficients": 9, "full_range_flag": 1}
    from_bytes("RGB;16", (2 * COUNT, 64), wide * 64).save(file, quality=-1, chroma=444, **names)
    decoded = HeifFile(BytesIO(file.getvalue()), convert_hdr_to_8bit=False)[0]  # type: ignore[no-untyped-call]
    stored = struct.unpack_from(f"<{6 * COUNT}H", decoded.data)
    to_light = {1: lambda one: each(icc.srgb, one), PQ: pq_light, HLG: hlg_light}[transfer]
    expected = []
    for at in range(0, len(stored), 3):
        signal = each(lambda value: (int(value) >> 6) / 1023, stored[at : at + 3])
        expected.append(each(level, times(TO_SRGB, to_light(signal))))
    assert most_off(converted(file.getvalue()), expected) <= 1.5


@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_a_fine_pattern_is_as_bright_in_hdr_as_in_sdr(transfer: int) -> None:
    white = [code(value) for value in signals(transfer, (1.0, 1.0, 1.0))]
    row = struct.pack(">6H", *white, 0, 0, 0) * 128
    original = pictures.with_chunk(pictures.stored_png(256, 16, 2, row), b"cICP", bytes((9, transfer, 0, 1)))
    made = decoded_at_once(png.source(original), (36, 36))
    assert made.width < 128
    assert all(abs(low - 128) <= 2 for low, _ in made.getextrema())  # type: ignore[misc]


def with_alpha(transfer: int, *halves: tuple[float, float]) -> bytes:
    """A square of columns that take turns: a gray in units of white, and its alpha."""
    row = b"".join(struct.pack(">4H", *map(code, (*signals(transfer, (gray,) * 3), alpha))) for gray, alpha in halves)
    return pictures.with_chunk(pictures.stored_png(256, 16, 6, row * 128), b"cICP", bytes((9, transfer, 0, 1)))


@pytest.mark.parametrize("side", [256, 36], ids=["as large", "averaged"])
def test_invisible_light_leaves_no_trace(side: int) -> None:
    made = decoded_at_once(png.source(with_alpha(PQ, (1.0, 1.0), (40.0, 0.0))), (side, side))
    seen = [pixel for _, pixel in made.getcolors() or [] if isinstance(pixel, tuple) and pixel[3]]
    assert seen
    assert all(min(pixel[:3]) >= 254 for pixel in seen)


def test_a_flat_colour_stays_flat_where_alpha_is_little() -> None:
    made = decoded_at_once(png.source(with_alpha(PQ, (0.2, 2 / 255), (0.2, 0.0))), (36, 36))
    red, green, blue, alpha = made.getpixel((20, 20))  # type: ignore[misc]
    assert alpha == 1
    assert off((red, green, blue), (level(0.2),) * 3) <= 1


def test_what_needs_no_more_than_8_bits_is_not_read_twice() -> None:
    assert deep.of_cicp(1, 13) is deep.of_cicp(5, 1) is None
    assert deep.of_profile(icc.profile(SPACES["P3"][0], icc.srgb), channels=1) is None
    assert deep.of_profile(icc.profile(SPACES["P3"][0], icc.srgb)) is not None
    assert deep.of_cicp(12, 13) is not None


@pytest.mark.parametrize("kind", [0, 3])
def test_parameters_that_are_no_curve_are_no_reason_to_fail(kind: int) -> None:
    profile = icc.profile(SPACES["P3"][0], icc.srgb)
    at = profile.index(b"curv")
    numbers = [-2 * 65536, 65536, 0, 65536, 0]
    broken = b"para" + struct.pack(f">4xHxx{5 if kind else 1}i", kind, *numbers[: 5 if kind else 1])
    assert deep.of_profile(profile[:at] + broken + profile[at + len(broken) :]) is None


def test_a_profile_of_gray_is_ignored_by_colours() -> None:
    gray = icc.of_cicp(9, 8) or b""
    gray = gray[:16] + b"GRAY" + gray[20:].replace(b"rTRC", b"kTRC")
    assert deep.of_profile(gray, channels=1) is not None
    samples = [(shown[0] / 255, shown[1] / 255, shown[2] / 255) for shown in COLOURS]
    assert most_off(converted(a_tiff(samples, gray)), COLOURS) <= 1


@pytest.mark.parametrize("curve", [icc.srgb, icc.srgb_signal, icc.gamma(1.8), hdr.expanded])
def test_16_bits_are_looked_up_between_two_bytes(curve: icc.Curve) -> None:
    codes = [0, 1, 127, 200, 255, 256, 700, 1000, 12345, 32768, 65279, 65280, 65534, 65535]
    size = len(codes), 1
    upper = Image.frombytes("L", size, bytes(one >> 8 for one in codes))
    lower = Image.frombytes("L", size, bytes(one & 255 for one in codes))
    for pieces, least in ((pixelmath.lines(curve), 0.002), (pixelmath.parabolas(curve), 0.0006)):
        found = pixelmath.looked_up(upper, lower, pieces)
        for place, one in enumerate(codes):
            assert found.getpixel((place, 0)) == pytest.approx(curve(one / 65535), rel=1e-3, abs=least)
