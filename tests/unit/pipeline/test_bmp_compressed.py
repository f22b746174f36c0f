"""A compressed BMP is read as browsers read it, also if it leaves pixels out."""

import struct
from io import BytesIO

import pytest
from PIL import Image

from thumbs import formats, pipeline, sizes
from thumbs.errors import Reason, Rejected

WIDTH, HEIGHT = 30, 20


RED, WHITE, NOTHING = (255, 0, 0, 255), (255, 255, 255, 255), (0, 0, 0, 0)
TWO = b"\xff\xff\xff\0\0\0\xff\0"  # a palette of white and red
ROW = bytes((WIDTH, 1))  # of one run


def bmp(data: bytes, bits: int = 8, palette: bytes = TWO, used: int = 2, compression: int | None = None) -> bytes:
    compression = {4: 2, 8: 1}[bits] if compression is None else compression
    fields = struct.pack("<IiiHHIIiiII", 40, WIDTH, HEIGHT, 1, bits, compression, len(data), 0, 0, used, 0)
    start = 14 + len(fields) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + fields + palette + data


def convert(original: bytes) -> Image.Image:
    wanted = pipeline.Wanted(sizes.parse("small=160"), (formats.OUTPUTS["webp"],), 100, 50)
    return Image.open(BytesIO(pipeline.run(original, wanted).thumbnails[0].content)).convert("RGBA")


def pixels(original: bytes, *places: tuple[int, int]) -> list[tuple[int, ...]]:
    """Straight colours, with nothing where alpha is zero. Places count from the top left."""
    picture = convert(original)
    found = [picture.getpixel(place) for place in places]
    return [NOTHING if not pixel[3] else tuple(255 * (value > 127) for value in pixel) for pixel in found]  # type: ignore[index,union-attr]


@pytest.mark.parametrize("bits", [4, 8])
def test_pixels_that_a_compressed_one_leaves_out_are_transparent(bits: int) -> None:
    red = 1 if bits == 8 else 0x11
    half = bytes((WIDTH // 2, red)) + b"\0\0"  # rows come from the bottom
    jump = b"\0\2" + bytes((WIDTH // 2, 0)) + bytes((WIDTH // 2, red)) + b"\0\0"
    original = bmp(half * 8 + b"\0\2\0\4" + jump * 4 + b"\0\1", bits)
    left, right = 4, WIDTH - 5
    seen = pixels(original, (left, HEIGHT - 2), (right, HEIGHT - 2), (left, 9), (right, 5), (left, 5), (left, 1))
    assert seen == [RED, NOTHING, NOTHING, RED, NOTHING, NOTHING]


@pytest.mark.parametrize("end", [b"", b"\0\1"])
@pytest.mark.parametrize(
    "row", [ROW, ROW + b"\0\0", bytes((255, 1)) + b"\0\0", b"\0" + bytes((WIDTH,)) + b"\1" * WIDTH]
)
def test_a_compressed_one_may_end_rows_and_itself_or_not(row: bytes, end: bytes) -> None:
    rows = row * HEIGHT if row.endswith(b"\0\0") else (row + b"\0\0") * HEIGHT
    rows = rows if end else rows[:-2]
    assert pixels(bmp(rows + end), (0, 0), (WIDTH - 1, HEIGHT - 1)) == [RED, RED]


@pytest.mark.parametrize(
    "data",
    [
        (ROW + b"\0\0") * 9,
        (ROW + b"\0\0") * 9 + b"\0",
        (ROW + b"\0\0") * 9 + b"\0\x14\1\1",
        b"\5\1\0\x1c" + b"\1" * 28 + (b"\0\0" + ROW) * HEIGHT,
        b"\0\2\xff\0\1\1" + (b"\0\0" + ROW) * HEIGHT,
    ],
    ids=["rows are missing", "half a code", "literals are missing", "literals leave the row", "a jump leaves the row"],
)
def test_a_compressed_one_that_ends_early_or_leaves_its_rows_is_damaged(data: bytes) -> None:
    with pytest.raises(Rejected) as refused:
        convert(bmp(data))
    assert refused.value.reason is Reason.DAMAGED


def test_a_palette_of_black_and_white_may_be_bmp() -> None:
    original = bmp(
        ((bytes((WIDTH // 2, 0)) + bytes((WIDTH // 2, 1))) + b"\0\0") * HEIGHT, palette=b"\0\0\0\0\xff\xff\xff\0"
    )
    assert pixels(original, (2, 2), (WIDTH - 3, 2)) == [(0, 0, 0, 255), WHITE]


@pytest.mark.parametrize("used", [300, 5000])
def test_colours_that_no_pixel_can_use_do_not_matter(used: int) -> None:
    palette = TWO.ljust(4 * 300, b"\7")
    original = bmp((b"\1" * WIDTH + b"\0\0") * HEIGHT, palette=palette, used=used, compression=0)
    assert pixels(original, (3, 3)) == [RED]
