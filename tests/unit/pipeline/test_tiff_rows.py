"""A TIFF whose rows are decoded a few at a time: the same pixels and the same verdicts as when it is decoded whole."""

import pytest
from PIL import Image

from tests.actors.pipeline import refusal
from tests.material import pictures
from tests.material.decoding import by_pillow, rows
from tests.material.tiff_pixels import RGB
from tests.material.tiffs import DEFLATE, LZW, NONE, PACKBITS, tiff
from thumbs.errors import Reason
from thumbs.pipeline import resize
from thumbs.pipeline.readers import tiff as reader

SIZE = 131, 90
PHOTO = pictures.photo(*SIZE)
GRAY = PHOTO.convert("L")
ALPHA = Image.linear_gradient("L").resize(SIZE)

KINDS = {
    "RGB": PHOTO,
    "gray": GRAY,
    "1-bit": PHOTO.convert("1"),
    "gray with alpha": Image.merge("LA", (GRAY, ALPHA)),
    "RGBA": Image.merge("RGBA", (*PHOTO.split(), ALPHA)),
    "CMYK": PHOTO.convert("CMYK"),
    "palette": PHOTO.quantize(200),
    "16-bit gray": GRAY.convert("I").point(lambda level: level * 257).convert("I;16"),
}
COMPRESSIONS = ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "lzma", "zstd"]


def encoded(picture: Image.Image, compression: str, rows: int) -> bytes:
    """rows: of a strip."""
    bits = {"1": 1, "I;16": 16}.get(picture.mode, 8 * len(picture.getbands()))
    strip = rows * ((picture.width * bits + 7) // 8)
    return pictures.encoded(picture, "TIFF", compression=compression, strip_size=strip)


def pixel(x: int, y: int) -> tuple[float, ...]:
    return tuple(level / 255 for level in PHOTO.getpixel((x, y)))  # type: ignore[union-attr]  # of several bands


ORIGINALS = {
    f"{kind}, {compression}": encoded(picture, compression, 7)
    for kind, picture in KINDS.items()
    for compression in COMPRESSIONS
} | {
    "tiles": tiff(SIZE, pixel, 8, photometric=RGB, tile=(32, 16), compression=DEFLATE),
    "big-endian": tiff(SIZE, pixel, 8, photometric=RGB, rows=7, compression=LZW, order=">"),
    "BigTIFF": tiff(SIZE, pixel, 8, photometric=RGB, rows=7, compression=PACKBITS, big=True),
    "differences": tiff(SIZE, pixel, 8, photometric=RGB, rows=7, compression=DEFLATE, predictor=2),
    "one strip without compression": tiff(SIZE, pixel, 8, photometric=RGB),
}


@pytest.mark.parametrize("name", ORIGINALS)
def test_the_pixels_are_those_that_pillow_decodes(name: str) -> None:
    expected, picture = by_pillow(ORIGINALS[name]), rows(reader.source(ORIGINALS[name]))
    read = Image.new(picture.mode, SIZE)
    for start, stop in ((0, 1), (1, 7), (7, 20), (20, 22), (22, 90)):  # within a strip, to its end, across several
        read.paste(picture.read(start, stop), (0, start))

    assert (read.mode, picture.size, read.tobytes()) == (expected.mode, expected.size, expected.tobytes())


@pytest.mark.parametrize("name", ORIGINALS)
def test_rows_are_averaged_like_a_whole_picture(name: str) -> None:
    expected = resize.averaged(by_pillow(ORIGINALS[name]), (30, 20))
    averaged = resize.averaged(rows(reader.source(ORIGINALS[name]))._replace(at_once=1), (30, 20))

    assert (averaged.mode, averaged.size, averaged.tobytes()) == (expected.mode, expected.size, expected.tobytes())


@pytest.mark.parametrize(
    "original",
    [
        encoded(PHOTO, "tiff_lzw", SIZE[1]),
        encoded(PHOTO, "jpeg", 8),
        encoded(KINDS["1-bit"], "group4", 8),
        encoded(PHOTO.convert("YCbCr"), "tiff_lzw", 8),
        tiff(SIZE, pixel, 8, photometric=RGB, rows=7, tags={274: (6,)}),
        tiff(SIZE, pixel, 8, photometric=RGB, tile=(32, 16), compression=NONE),
    ],
    ids=["one strip", "JPEG", "CCITT", "YCbCr", "to be turned", "tiles without compression"],
)
def test_what_has_no_separate_strips_is_decoded_whole(original: bytes) -> None:
    assert isinstance(reader.source(original).load((1, 1)), Image.Image)


@pytest.mark.parametrize("kind", ["RGB", "gray", "1-bit"])
def test_missing_strips_are_damage(kind: str) -> None:
    original = ORIGINALS[f"{kind}, raw"]  # whose directory comes first

    assert refusal(original[:-5]).reason is Reason.DAMAGED


@pytest.mark.parametrize("name", ["RGB, tiff_lzw", "gray, tiff_adobe_deflate", "RGBA, lzma", "tiles"])
def test_a_damaged_strip_is_damage(name: str) -> None:
    original, middle, noise = ORIGINALS[name], len(ORIGINALS[name]) // 2, bytes(range(251, 51, -1))

    assert refusal(original[:middle] + noise + original[middle + len(noise) :]).reason is Reason.DAMAGED
