"""Pictures that are resized while they are decoded, a band of rows at a time: as good as those that are whole in
memory, and with less of it. And PNG of 16 bits, of which libvips gives the upper 8."""

import struct
import zlib
from collections.abc import Callable
from random import Random

import pytest
from PIL import Image, ImageChops, ImageStat

from tests.actors import memory
from tests.actors.sandbox import LINUX
from tests.material import pictures
from tests.material.decoding import decoded_at_once, rows
from thumbs.pipeline import alpha, boxes, colour, resize
from thumbs.pipeline.readers import libvips, png
from thumbs.pipeline.rows import Rows

SIZE = 901, 605  # more pixels than a band, also after averaging by 1
AVERAGED = 2 * SIZE[0] + 1, 2 * SIZE[1] + 1


def partly_transparent(size: tuple[int, int]) -> Image.Image:
    """Bands without, with little, and with nothing but transparency, and others with all."""
    picture = pictures.photo(*size).convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize(size).point(lambda level: max(0, min(255, 3 * level - 200))))
    return picture


MODES: dict[str, Callable[[tuple[int, int]], Image.Image]] = {
    "RGB": lambda size: pictures.photo(*size),
    "L": lambda size: pictures.photo(*size).convert("L"),
    "RGBA": partly_transparent,
    "LA": lambda size: partly_transparent(size).convert("LA"),
    "opaque": lambda size: pictures.photo(*size).convert("RGBA"),
}


def rows_of(picture: Image.Image) -> Rows:
    """Rows that may only be read in their order."""
    at = 0

    def read(start: int, stop: int) -> Image.Image:
        nonlocal at
        assert start == at
        assert (stop - start) * picture.width < 2 * boxes.BAND * (2 if picture.width > SIZE[0] else 1)
        at = stop
        return picture.crop((0, start, picture.width, stop))

    return Rows(picture.mode, picture.size, read)


@pytest.mark.parametrize("size", [SIZE, AVERAGED], ids=["as it is", "averaged"])
@pytest.mark.parametrize("name", MODES)
def test_bands_give_the_same_picture(name: str, size: tuple[int, int]) -> None:
    picture = MODES[name](size)
    final = 400, 269
    expected = resize.resize(resize.averaged(picture, final), final)
    made = alpha.straight(resize.averaged(rows_of(picture), final, resized=True))

    assert made.size == expected.size
    both = [image.convert("RGBA").convert("RGBa") for image in (made, expected)]
    assert max(ImageStat.Stat(ImageChops.difference(*both)).rms) < 1, "levels, as rows were rounded before columns"


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
@pytest.mark.parametrize("size", [SIZE, AVERAGED], ids=["as it is", "averaged"])
def test_flat_colours_stay_exact(mode: str, size: tuple[int, int]) -> None:
    colours = (254, 127, 3, 255)
    flat = Image.merge(
        mode, [Image.new("L", size, level) for level in (*colours[: len(mode.strip("A"))], 255)[: len(mode)]]
    )
    made = alpha.straight(resize.averaged(rows_of(flat), (400, 269), resized=True))
    small = resize.resize(made, (400, 269))

    assert small.tobytes() == flat.crop((0, 0, 400, 269)).tobytes()


def test_what_is_no_larger_than_its_thumbnail_stays_as_it_is() -> None:
    picture = pictures.photo(*SIZE)

    assert resize.averaged(rows_of(picture), SIZE, resized=True).tobytes() == picture.tobytes()


@pytest.mark.parametrize("name", ["RGB", "L"])
def test_a_band_is_freed_before_its_resize_takes_memory(name: str) -> None:
    picture = MODES[name](SIZE)
    expected = resize.averaged(rows_of(picture), (400, 269), resized=True)
    read: list[Image.Image] = []

    def kept(start: int, stop: int) -> Image.Image:
        read.append(picture.crop((0, start, picture.width, stop)))
        return read[-1]

    made = resize.averaged(Rows(picture.mode, picture.size, kept), (400, 269), resized=True)

    assert made.tobytes() == expected.tobytes()
    assert len(read) > 1
    for band in read[:-1]:  # the rest is smaller, and copied
        with pytest.raises(ValueError, match="closed"):
            band.tobytes()


# 16 bits


def deep(colour_type: int, samples: int, clear: bytes = b"") -> bytes:
    """Noise in 16 bits, with each of the five filters (PNG 3, 9.2)."""
    width, height = 90, 70
    random = Random(8)
    rows = b"".join(bytes([row % 5]) + random.randbytes(2 * samples * width) for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 16, colour_type, 0, 0, 0)
    chunks = [(b"IHDR", header), *([(b"tRNS", clear)] if clear else []), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(pictures.chunk(*chunk) for chunk in chunks)


@pytest.mark.parametrize(
    "original",
    [deep(0, 1), deep(2, 3), deep(6, 4), deep(2, 3, clear=bytes(6))],
    ids=["gray", "RGB", "RGBA", "one colour transparent"],
)
def test_the_upper_bytes_are_those_that_pillow_decodes(original: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rows(png.source(original)).whole()

    def refused(*_: object) -> Rows:
        raise OSError

    monkeypatch.setattr(libvips, "opened", refused)
    expected = colour.plain(decoded_at_once(png.source(original), (1, 1)))
    assert (whole.mode, whole.tobytes()) == (expected.mode, expected.tobytes())


@LINUX
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_picture_that_is_not_averaged_is_never_whole_either(mode: str) -> None:
    picture = pictures.photo(400, 300).convert(mode)
    picture.putpixel((0, 0), 0)
    width, height = 4800, 3600  # large enough for what bands and thumbnails take not to hide what the picture would
    original = pictures.encoded(picture.resize((width, height), Image.Resampling.NEAREST), "PNG", compress_level=1)

    assert memory.taken(original, "large=1280")[0] < 4 * width * height, "bytes, which the picture alone would take"
