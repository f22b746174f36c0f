"""HDR in PQ and HLG is shown in SDR: the formulas are implemented independently, from BT.2100-2 and BT.2390."""

import struct
from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from math import exp

import pytest
from PIL import Image
from pillow_heif import from_bytes

from tests.material import containers, pictures
from tests.material.deep import SIDE, Light, code, level, light, off, samples16, seen, with_profile
from tests.material.hdr_signals import HLG, PQ, naming, pq, signals
from thumbs import formats, pipeline, sizes
from thumbs.pipeline import hdr, icc, icc_read, tonemap


def hdr_png(transfer: int, colour: Light, depth: int = 16) -> bytes:
    values = signals(transfer, colour)
    if depth == 16:
        original = samples16(2, *values)
    else:
        original = pictures.stored_png(SIDE, 8, 2, bytes(round(255 * value) for value in values) * SIDE)
    return pictures.with_chunk(original, b"cICP", bytes((9, transfer, 0, 1)))


def hdr_avif(transfer: int, colour: Light) -> bytes:
    picture = Image.new("RGB", (SIDE, SIDE), tuple(round(255 * value) for value in signals(transfer, colour)))
    return containers.avif(pictures.avif(picture=picture, quality=98), containers.nclx(9, transfer))


def hdr_heic(transfer: int, colour: Light) -> bytes:
    picture = Image.new("RGB", (SIDE, SIDE), tuple(round(255 * value) for value in signals(transfer, colour)))
    return pictures.heic(
        picture=picture,
        quality=98,
        color_primaries=9,
        transfer_characteristics=transfer,
        matrix_coefficients=6,
        full_range_flag=1,
    )


SDR = [(255, 255, 255), (128, 128, 128), (20, 20, 20), (230, 30, 40), (30, 180, 60), (40, 60, 210), (240, 211, 41)]


@pytest.mark.parametrize("transfer", [PQ, HLG])
@pytest.mark.parametrize("colour", SDR, ids=str)
def test_what_sdr_can_show_looks_the_same_in_hdr(transfer: int, colour: tuple[int, int, int]) -> None:
    red, green, blue = map(light, colour)
    assert off(seen(hdr_png(transfer, (red, green, blue))), colour) <= 4


@pytest.mark.parametrize("colour", SDR, ids=str)
def test_8_bits_of_hdr_are_as_near_as_their_steps(colour: tuple[int, int, int]) -> None:
    red, green, blue = map(light, colour)
    for transfer in (PQ, HLG):
        assert off(seen(hdr_png(transfer, (red, green, blue), 8)), colour) <= 12


@pytest.mark.parametrize("maker", [hdr_avif, hdr_heic])
@pytest.mark.parametrize("transfer", [PQ, HLG])
def test_hdr_is_read_from_every_format_that_names_it(maker: Callable[[int, Light], bytes], transfer: int) -> None:
    red, green, blue = map(light, (40, 60, 210))
    assert off(seen(maker(transfer, (red, green, blue))), (40, 60, 210)) <= 10


def heic_of_10_bits(transfer: int, colour: Light, *alpha: float) -> bytes:
    """As HDR cameras write it."""
    values = *signals(transfer, colour), *alpha
    pixels = struct.pack(f"<{len(values)}H", *map(code, values)) * SIDE * SIDE
    picture = from_bytes("RGBA;16" if alpha else "RGB;16", (SIDE, SIDE), pixels)
    file = BytesIO()
    names = {"color_primaries": 9, "transfer_characteristics": transfer, "matrix_coefficients": 9, "full_range_flag": 1}
    picture.save(file, quality=-1, chroma=444, **names)
    return file.getvalue()


@pytest.mark.parametrize("transfer", [PQ, HLG])
@pytest.mark.parametrize("colour", SDR, ids=str)
def test_the_10_bits_of_a_heic_count(transfer: int, colour: tuple[int, int, int]) -> None:
    red, green, blue = map(light, colour)
    original = heic_of_10_bits(transfer, (red, green, blue))
    assert off(seen(original), colour) <= 5
    assert seen(original.replace(b"colrnclx", b"freenclx")) == seen(original)  # declared only in the stream


def test_a_heic_of_10_bits_keeps_transparency() -> None:
    assert off(seen(heic_of_10_bits(PQ, (0.5, 0.5, 0.5), 0.5)), (*(level(0.5),) * 3, 128)) <= 3


def brightness(transfer: int, nits: float, companion: float = 0.0) -> int:
    """One gray, in a picture whose other half has as many cd/m² as companion."""
    gray = [signals(transfer, (value / 203,) * 3) for value in (nits, companion)]
    row = b"".join(struct.pack(">3H", *map(code, values)) * (SIDE // 2) for values in gray)
    original = pictures.with_chunk(pictures.stored_png(SIDE, 16, 2, row), b"cICP", bytes((9, transfer, 0, 1)))
    wanted = pipeline.Wanted(sizes.parse(f"a={SIDE}"), (formats.OUTPUTS["avif"],), 98, 50)
    made = Image.open(BytesIO(pipeline.run(original, wanted).thumbnails[0].content)).convert("L")
    return made.tobytes()[SIDE // 2 * SIDE + SIDE // 4]


@pytest.mark.parametrize(("transfer", "peak"), [(PQ, 1000), (PQ, 4000), (PQ, 10000), (HLG, 1000)])
def test_highlights_roll_off(transfer: int, peak: float) -> None:
    shown = [brightness(transfer, share * peak, peak) for share in (0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0)]
    assert shown == sorted(shown)
    assert all(high - low >= 8 for low, high in pairwise(shown[:4]))
    assert shown[3] < shown[4] < 255 == shown[-1]


def test_dark_tones_do_not_change_for_the_sake_of_highlights() -> None:
    for transfer in (PQ, HLG):
        assert abs(brightness(transfer, 5, 1000) - brightness(transfer, 5, 0)) <= 1


def test_a_picture_without_highlights_is_not_darkened() -> None:
    assert brightness(PQ, 203) >= 253
    assert brightness(HLG, 203) >= 253


def test_a_bright_colour_keeps_its_hue() -> None:
    of_709 = bytes((1, PQ, 0, 1))
    dim, bright = (
        seen(pictures.with_chunk(samples16(2, *(pq(203 * share * part) for part in (0.7, 0.5, 0.2))), b"cICP", of_709))
        for share in (1.0, 4.0)
    )
    assert dim[0] + 20 < bright[0]
    ratios = [[light(value) / light(pixel[0]) for value in pixel[1:3]] for pixel in (dim, bright)]
    assert ratios[0] == pytest.approx(ratios[1], abs=0.04)


def eetf(nits: float, peak: float) -> float:
    """BT.2390-10, 5.4.1, in cd/m², towards 203."""

    def inverse(signal: float) -> float:
        root = signal ** (1 / 78.84375)
        return float(10000 * (max(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (1 / 0.1593017578125))

    one, most = pq(nits) / pq(peak), pq(203) / pq(peak)
    knee = 1.5 * most - 0.5
    if one >= knee:
        t = (one - knee) / (1 - knee)
        one = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (-2 * t**3 + 3 * t**2) * most
    return inverse(one * pq(peak))


@pytest.mark.parametrize("peak", [250, 1000, 4000, 10000])
@pytest.mark.parametrize("share", [0.0, 0.001, 0.01, 0.1, 0.3, 0.6, 1.0])
def test_the_roll_off_is_that_of_bt_2390(peak: float, share: float) -> None:
    nits = peak * share
    gain = tonemap.gain(Image.new("F", (1, 1), nits / 203), peak / 203).getpixel((0, 0))
    assert isinstance(gain, float)
    assert gain * nits == pytest.approx(eetf(nits, peak), rel=2e-3, abs=1e-3)


@pytest.mark.parametrize("light", [0.0, 0.001, 0.2, 1.0, 1.001, 12.0, 49.0])
def test_the_curve_of_averages_is_reversible(light: float) -> None:
    assert hdr.expanded(hdr.compressed(light)) == pytest.approx(light, rel=1e-6)
    assert 0 <= hdr.compressed(light) <= 1


def test_the_primaries_of_hdr_count() -> None:
    in_p3 = pictures.with_chunk(samples16(2, pq(203 * 0.2), pq(203 * 0.5), pq(203 * 0.1)), b"cICP", b"\x0c\x10\0\1")
    in_709 = pictures.with_chunk(samples16(2, pq(203 * 0.2), pq(203 * 0.5), pq(203 * 0.1)), b"cICP", b"\1\x10\0\1")
    expected = [
        level(sum(a * b for a, b in zip(row, (0.2, 0.5, 0.1), strict=True))) for row in icc.to_srgb(icc.PRIMARIES[12])
    ]
    assert off(seen(in_p3), tuple(expected)) <= 4
    assert off(seen(in_709), tuple(map(level, (0.2, 0.5, 0.1)))) <= 4


@pytest.mark.parametrize("transfer", [PQ, HLG])
@pytest.mark.parametrize("depth", [8, 16])
def test_a_profile_may_name_hdr(transfer: int, depth: int) -> None:
    colour = (40, 160, 210)
    red, green, blue = map(light, colour)
    values = signals(transfer, (red, green, blue))
    original = samples16(2, *values)
    if depth == 8:
        original = pictures.stored_png(SIDE, 8, 2, bytes(round(255 * value) for value in values) * SIDE)
    profile = naming(icc.of_cicp(9, 13) or b"", 9, transfer)
    assert off(seen(with_profile(original, profile)), colour) <= (4 if depth == 16 else 10)


def test_a_profile_that_names_sdr_is_taken_as_it_is() -> None:
    original = pictures.stored_png(SIDE, 8, 2, bytes((200, 100, 50)) * SIDE)
    profile = icc.of_cicp(12, 13) or b""
    assert seen(with_profile(original, naming(profile, 12, 13))) == seen(with_profile(original, profile))
    assert icc_read.cicp(b"") is None


def test_hdr_keeps_transparency() -> None:
    values = signals(PQ, (0.5, 0.5, 0.5))
    original = pictures.with_chunk(samples16(6, *values, 0.5), b"cICP", b"\x09\x10\0\1")
    pixel = seen(original)
    assert off(pixel, (level(0.5),) * 3) <= 4
    assert abs(pixel[3] - 128) <= 2


def test_the_inverse_of_the_hlg_curve_ends_at_one() -> None:
    signal = hdr.of_cicp(9, HLG)
    assert signal is not None
    assert signal.curves[0](1.0) == pytest.approx(12 / (exp((0.75 - 0.55991073) / 0.17883277) + 0.28466892), rel=1e-4)
