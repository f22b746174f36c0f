"""The pixel data of a PNG: inflated before libvips reads it, or not, and in pieces."""

import zlib
from random import Random

import pytest
from PIL import Image

from tests.material import pictures
from thumbs.pipeline.readers import libvips, png_chunks, png_data

SIZE = 700, 500
NOISE = Image.frombytes("RGB", SIZE, Random(5).randbytes(3 * SIZE[0] * SIZE[1]))
PICTURES = {"noise": NOISE, "photograph": pictures.photo(*SIZE), "flat": Image.new("RGB", SIZE, (9, 80, 200))}
ROW = 1 + 3 * SIZE[0]
STREAM = zlib.compress(Random(6).randbytes(300_000), 1)


def data(original: bytes) -> list[memoryview]:
    view = memoryview(original)
    return [view[start + 8 : end - 4] for kind, start, end in png_chunks.each(original) if kind == b"IDAT"]


def stream(pieces: list[bytes | memoryview]) -> bytes:
    """The data that libvips gets."""
    file = bytes(png_chunks.SIGNATURE) + b"".join(pieces)
    return b"".join(data(file))


@pytest.mark.parametrize("name", PICTURES)
def test_libvips_reads_all_rows_through_a_window(name: str) -> None:
    """Whether or not the data is inflated before. Without a warning, which would be an error."""
    original = pictures.encoded(PICTURES[name], "PNG", compress_level=1)
    rows = libvips.opened(iter([original[:33], *png_data.chunks(data(original), ROW * SIZE[1])]), ROW)
    step = 37
    read = [rows.read(top, min(SIZE[1], top + step)).tobytes() for top in range(0, SIZE[1], step)]

    assert b"".join(read) == PICTURES[name].tobytes()


@pytest.mark.parametrize("size", [100, 1000, 100_000, 10**6])
def test_chunks_of_any_size_are_inflated(size: int) -> None:
    view = memoryview(STREAM)
    pieces = [*png_data.chunks([view[at : at + size] for at in range(0, len(view), size)], 300_000)]

    assert zlib.decompress(stream(pieces)) == zlib.decompress(STREAM)
    assert len(pieces) < 200, "few large ones: each costs time, and bytes of its own"


def test_no_more_is_inflated_than_the_picture_needs() -> None:
    """100 MB of zeros behind it are not."""
    inflate = zlib.compressobj()
    bomb = inflate.compress(Random(7).randbytes(5000) + bytes(10**8)) + inflate.flush()
    made = stream([*png_data.chunks([memoryview(bomb)], 5000)])

    assert zlib.decompressobj(-zlib.MAX_WBITS).decompress(made[2:]) == zlib.decompress(bomb)[:5000]


@pytest.mark.parametrize(
    ("broken", "count"),
    [
        (STREAM[:-4] + bytes(4), 300_000),
        (STREAM[:-5], 300_000),
        (STREAM, 300_001),
        (STREAM[:1000] + b"\xff\xff\xff" + STREAM[1003:], 300_000),
    ],
    ids=["wrong checksum", "end missing", "too few bytes", "bytes changed"],
)
def test_broken_data_is_an_error(broken: bytes, count: int) -> None:
    with pytest.raises(OSError, match=r"pixels|decompress|checksum|data"):
        [*png_data.chunks([memoryview(broken)], count)]
