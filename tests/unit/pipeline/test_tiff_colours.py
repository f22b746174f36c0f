"""The colours and values of a TIFF are read correctly, and unsupported files are distinguished from damaged ones."""

import struct
from math import inf, nan

import pytest

from tests.material import pictures
from tests.material.tiff_pixels import (
    CIELAB,
    COLOURS,
    GRAY,
    HEIGHT,
    ICCLAB,
    PALETTE,
    PIXELS,
    RGB,
    TIFF,
    WIDTH,
    YCBCR,
    assert_seen,
    decoded,
    quadrant,
    reason,
)
from tests.material.tiffs import DEFLATE, FLOAT, LZW, NONE, SIGNED, Pixel, tiff
from thumbs.errors import Reason
from thumbs.pipeline import readers

LAB = {(230, 30, 40): (49.3797, 71.3086, 47.9492), (30, 170, 60): (61.0910, -57.7969, 45.4336)}


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("photometric", [CIELAB, ICCLAB])
@pytest.mark.parametrize("bits", [8, 16])
def test_cielab_becomes_srgb(bits: int, photometric: int, alpha: bool) -> None:
    colours = [*LAB.values(), (2.2, -0.01, -0.01), (100.0, 0.0, 0.0)]
    shift, unit = (128 if photometric == ICCLAB else 0), 2 ** (bits - 8)

    def pixel(x: int, y: int) -> Pixel:
        lightness, a, b = colours[quadrant(x, y)]
        signed = (round((value + shift) * unit) % 2**bits for value in (a, b))
        return (round(lightness / 100 * (2**bits - 1)), *signed, *((2**bits - 1,) if alpha else ()))

    expected = [*LAB, (8, 8, 8), (255, 255, 255)]
    original = tiff((WIDTH, HEIGHT), pixel, bits, photometric=photometric, extras=(2,) if alpha else ())
    called_signed = tiff(
        (WIDTH, HEIGHT), pixel, bits, photometric=photometric, extras=(2,) if alpha else (), tags={339: (SIGNED,)}
    )
    for each in (original, called_signed):
        assert_seen(each, [(*rgb, 255) if alpha else rgb for rgb in expected], 4 if bits == 8 else 2)


@pytest.mark.parametrize("order", ["<", ">"], ids=["little", "big"])
@pytest.mark.parametrize(("across", "down"), [(1, 1), (2, 1), (2, 2), (4, 2), (1, 2)])
def test_chroma_may_be_subsampled(across: int, down: int, order: str) -> None:
    picture = pictures.quadrants(32, 32).convert("YCbCr")
    data = b""
    for y in range(0, 32, down):
        for x in range(0, 32, across):
            block = picture.crop((x, y, x + across, y + down)).tobytes()
            data += block[::3] + block[1:3]
    original = tiff((32, 32), lambda *_: (0.0, 0.0, 0.0), 8, photometric=YCBCR, order=order, tags={530: (across, down)})
    original = original[:8] + data.ljust(32 * 32 * 3, b"\0") + original[8 + 32 * 32 * 3 :]
    shown = decoded(original)
    for (x, y), wanted in zip(((8, 8), (24, 8), (8, 24), (24, 24)), COLOURS, strict=True):
        pixel = shown.crop((x, y, x + 1, y + 1)).tobytes()
        assert all(abs(a - b) <= 4 for a, b in zip(pixel, wanted, strict=True)), (pixel, wanted)


@pytest.mark.parametrize("unit", [1, 257], ids=["8 bits", "16 bits"])
@pytest.mark.parametrize("bits", [2, 4, 8])
def test_a_palette_may_have_8_bits_where_16_are_meant(bits: int, unit: int) -> None:
    colours = [*COLOURS, *[(0, 0, 0)] * (2**bits - 4)]
    original = tiff(
        (WIDTH, HEIGHT),
        lambda x, y: (quadrant(x, y),),
        bits,
        photometric=PALETTE,
        tags={320: tuple(colour[band] * unit for band in range(3) for colour in colours)},
    )
    assert_seen(original, list(COLOURS))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0.0, 0.25, 0.5, 1.0), (0, 64, 128, 255)),
        ((0.0, 0.5, 1.0, 7.5), (0, 128, 255, 255)),
        ((0.0, 64.0, 128.0, 255.0), (0, 64, 128, 255)),
        ((1000.0, 1500.0, 2000.0, 3000.0), (0, 64, 128, 255)),
        ((-3000.0, 3000.0, 0.0, 1500.0), (0, 255, 128, 191)),
        ((0.25, nan, inf, 1.0), (64, 0, 255, 255)),
    ],
    ids=["of one", "highlights", "of 255", "elevations", "depths", "not numbers"],
)
def test_floating_point_is_shown_in_its_range(values: tuple[float, ...], expected: tuple[int, ...]) -> None:
    for bits in (16, 32):
        original = tiff((WIDTH, HEIGHT), lambda x, y: (values[quadrant(x, y)],), bits, kind=FLOAT, photometric=GRAY)
        assert_seen(original, [(level,) * 3 for level in expected])


def test_where_gdal_says_that_there_is_nothing_does_not_count() -> None:
    values = (-9999.0, 1000.0, 2000.0, 3000.0)
    original = tiff(
        (WIDTH, HEIGHT),
        lambda x, y: (values[quadrant(x, y)],),
        32,
        kind=FLOAT,
        photometric=GRAY,
        tags={42113: b"-9999\0"},
    )
    assert_seen(original, [(level,) * 3 for level in (0, 0, 128, 255)])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0, 2**30, 2**31, 2**32 - 1), (0, 64, 128, 255)),
        ((0, 2**14, 2**15, 2**16 - 1), (0, 64, 128, 255)),
        ((0, 64, 128, 255), (0, 64, 128, 255)),
    ],
    ids=["32 bits", "16 bits", "8 bits"],
)
def test_whole_numbers_of_32_bits_may_be_small(values: tuple[int, ...], expected: tuple[int, ...]) -> None:
    original = tiff((WIDTH, HEIGHT), lambda x, y: (values[quadrant(x, y)],), 32, photometric=GRAY)
    assert_seen(original, [(level,) * 3 for level in expected])


@pytest.mark.parametrize("size", [(3000, 1000), (40, 200_000)])
def test_a_strip_that_is_large_is_decoded_in_parts(size: tuple[int, int]) -> None:
    row = [struct.pack("<f", y / size[1]) * size[0] for y in range(size[1])]
    small = tiff((1, 1), lambda *_: (0.0,), 32, kind=FLOAT, photometric=GRAY)
    directory = bytearray(small[12:])
    length = size[0] * size[1] * 4
    for tag, value in ((256, size[0]), (257, size[1]), (278, size[1]), (279, length)):
        at = next(at for at in range(2, len(directory), 12) if struct.unpack_from("<H", directory, at)[0] == tag)
        struct.pack_into("<HII", directory, at + 2, 4, 1, value)
    original = small[:4] + struct.pack("<I", 8 + length) + b"".join(row) + bytes(directory)
    picture = decoded(original).getchannel(0)
    for part in (0.01, 0.3, 0.5, 0.77, 0.99):
        x, y = size[0] // 2, int(size[1] * part)
        assert abs(picture.crop((x, y, x + 1, y + 1)).tobytes()[0] - 255 * part) <= 3


@pytest.mark.parametrize(
    "original",
    [
        tiff((8, 8), lambda *_: (0.5,), 64, kind=FLOAT, photometric=GRAY),
        tiff((8, 8), lambda *_: (0.5,), 10, photometric=GRAY),
        tiff((8, 8), lambda *_: (0.5, 0.5, 0.5), 8, photometric=10),
        tiff((8, 8), lambda *_: (0.5,) * 4, 8, photometric=YCBCR, extras=(2,)),
        tiff((8, 8), lambda *_: (0.5,), 16, kind=5, photometric=GRAY),
        tiff((8, 8), lambda *_: (0.5,), 8, photometric=GRAY, tags={259: (34712,)}),
        tiff((8, 8), lambda *_: (0.5,), 32, kind=FLOAT, photometric=GRAY, tags={259: (34887,)}),
        tiff((8, 8), lambda *_: (0.5,), 8, photometric=GRAY, tags={259: (34676,)}),
        tiff((8, 8), lambda *_: (0.5,) * 3, 32, kind=FLOAT, photometric=RGB, compression=DEFLATE, tags={317: (3,)}),
        tiff((8, 8), lambda *_: (0.5,) * 3, 8, photometric=RGB, tags={258: (8, 8, 16)}),
        tiff((8, 8), lambda *_: (0.5,), 8, photometric=32803),
    ],
    ids=[
        "64 bits",
        "10 bits",
        "ITULab",
        "YCbCr and alpha",
        "complex numbers",
        "JPEG 2000",
        "LERC",
        "SGI LogLuv",
        "predicted floating point of several samples",
        "unlike samples",
        "a colour filter array",
    ],
)
def test_what_is_not_read_is_not_called_damaged(original: bytes) -> None:
    assert reason(original) is Reason.VARIANT_NOT_SUPPORTED


@pytest.mark.parametrize("compression", [NONE, LZW, DEFLATE])
def test_what_ends_early_is_damaged(compression: int) -> None:
    for bits, planar in ((16, True), (32, False), (12, False)):
        original = tiff(
            (WIDTH, HEIGHT), PIXELS["rgb"], bits, photometric=RGB, planar=planar, rows=9, compression=compression
        )
        end = struct.unpack_from("<I", original, 4)[0]
        assert reason(original[: end // 2]) is Reason.DAMAGED
        moved = bytearray(original)  # its first strip is beyond the end of the file
        at = next(at for at in range(end + 2, len(moved), 12) if struct.unpack_from("<H", moved, at)[0] == 273)
        struct.pack_into("<I", moved, struct.unpack_from("<I", moved, at + 8)[0], len(moved) * 2 % 2**16)
        assert reason(bytes(moved)) is Reason.DAMAGED


@pytest.mark.parametrize("bits", [16, 32])
def test_less_than_nothing_is_black(bits: int) -> None:
    most = 2 ** (bits - 1) - 1
    for values, expected in (((-most, -1, most // 2, most), (0, 0, 128, 255)), ((0, 64, 128, 255), (0, 64, 128, 255))):

        def pixel(x: int, y: int, values: tuple[int, ...] = values) -> Pixel:
            return (values[quadrant(x, y)],)

        original = tiff((WIDTH, HEIGHT), pixel, bits, kind=SIGNED, photometric=GRAY)
        assert_seen(original, [(level,) * 3 for level in expected])


def test_a_signed_byte_below_nothing_is_black() -> None:
    values = (-128, -1, 63, 127)
    original = tiff((WIDTH, HEIGHT), lambda x, y: (values[quadrant(x, y)],), 8, kind=SIGNED, photometric=GRAY)
    assert_seen(original, [(level,) * 3 for level in (0, 0, 63, 127)])


@pytest.mark.parametrize("bits", [16, 32])
@pytest.mark.parametrize("photometric", [CIELAB, ICCLAB])
def test_cielab_in_floating_point_is_not_taken_for_whole_numbers(bits: int, photometric: int) -> None:
    original = tiff((WIDTH, HEIGHT), lambda *_: (0.5,) * 3, bits, kind=FLOAT, photometric=photometric)
    assert reason(original) is Reason.VARIANT_NOT_SUPPORTED


def test_one_strip_of_compressed_floats_takes_more_memory_than_many() -> None:
    def bytes_per_pixel(rows: int) -> float:
        original = tiff((1, 1), lambda *_: (0.5,) * 3, 32, kind=FLOAT, photometric=RGB, compression=DEFLATE)
        larger = bytearray(original)
        at = struct.unpack_from("<I", original, 4)[0]
        for entry in range(at + 2, at + 2 + 12 * struct.unpack_from("<H", original, at)[0], 12):
            tag = struct.unpack_from("<H", original, entry)[0]
            if tag in {256, 257, 278}:
                struct.pack_into("<H", larger, entry + 8, rows if tag == 278 else 3000)
        source = readers.opened(TIFF, bytes(larger))
        assert source.size == (3000, 3000)
        return source.bytes_per_pixel or 0

    assert bytes_per_pixel(16) < 20
    assert bytes_per_pixel(3000) > 45
