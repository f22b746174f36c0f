"""PNG whose rows libvips decodes: the same pixels and the same verdicts as with Pillow, with less memory."""

import subprocess
import sys
import weakref
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.actors import memory
from tests.actors.pipeline import LIMITS, WANTED, refusal
from tests.actors.sandbox import LINUX
from tests.material import pictures
from tests.material.decoding import by_pillow, rows
from thumbs import pipeline
from thumbs.errors import Reason
from thumbs.pipeline import resize
from thumbs.pipeline.identify import identify
from thumbs.pipeline.readers import opened, png, png_chunks
from thumbs.pipeline.rows import Rows

SIZE = 301, 207


def soft() -> Image.Image:
    """RGBA with every alpha, and transparent rows first."""
    picture = pictures.photo(*SIZE).convert("RGBA")
    alpha = Image.linear_gradient("L").resize(SIZE).point(lambda level: max(0, level - 60))
    picture.putalpha(alpha)
    return picture


def drawing() -> Image.Image:
    picture = Image.new("RGBA", SIZE)
    picture.paste((200, 40, 10, 255), (50, 50, 250, 150))
    return picture


KINDS = {
    "RGB": pictures.photo(*SIZE),
    "gray": pictures.photo(*SIZE).convert("L"),
    "1-bit": pictures.photo(*SIZE).convert("1"),
    "gray with alpha": Image.merge("LA", (pictures.photo(*SIZE).convert("L"), soft().getchannel("A"))),
    "RGBA": soft(),
    "drawing": drawing(),
    "opaque RGBA": pictures.photo(*SIZE).convert("RGBA"),
    "palette": pictures.photo(*SIZE).quantize(200),
    "palette of 4 bits": pictures.photo(*SIZE).quantize(16),
}


def encoded(picture: Image.Image, **options: object) -> bytes:
    file = BytesIO()
    picture.save(file, "PNG", **options)
    return file.getvalue()


ORIGINALS = {name: encoded(picture) for name, picture in KINDS.items()} | {
    "palette with alpha": encoded(KINDS["palette"], transparency=bytes(range(200))),
    "one colour transparent": encoded(KINDS["RGB"], transparency=KINDS["RGB"].getpixel((5, 5))),
    "other chunks": pictures.with_chunk(encoded(KINDS["RGB"]), b"tEXt", b"Title\0" + bytes(50)),
}


@pytest.mark.parametrize("name", ORIGINALS)
def test_the_pixels_are_those_that_pillow_decodes(name: str) -> None:
    expected = by_pillow(ORIGINALS[name])
    whole = rows(png.source(ORIGINALS[name])).whole()

    assert (whole.mode, whole.size, whole.tobytes()) == (expected.mode, expected.size, expected.tobytes())


@pytest.mark.parametrize("name", ORIGINALS)
@pytest.mark.parametrize("size", [(64, 44), (100, 69), (301, 207)], ids=str)
def test_rows_are_averaged_like_a_whole_picture(name: str, size: tuple[int, int]) -> None:
    expected = resize.averaged(by_pillow(ORIGINALS[name]), size)
    averaged = resize.averaged(rows(png.source(ORIGINALS[name])), size)

    assert (averaged.mode, averaged.size, averaged.tobytes()) == (expected.mode, expected.size, expected.tobytes())


def test_few_rows_of_a_photograph_with_alpha_show_that_it_is_no_drawing() -> None:
    """Otherwise it would be whole in memory."""
    whole = soft().resize((400, 4000))
    kept: list[weakref.ref[Image.Image]] = []
    most = 0

    def read(start: int, stop: int) -> Image.Image:
        nonlocal most
        strip = whole.crop((0, start, 400, stop))
        kept.append(weakref.ref(strip))
        most = max(most, sum(one.height for one in (each() for each in kept) if one))
        return strip

    assert resize.averaged(Rows("RGBA", whole.size, read), (100, 1000)).mode == "RGBa"
    assert most < 2000


def test_what_has_no_rows_is_decoded_by_pillow() -> None:
    dot = encoded(Image.new("RGB", (1, 1), (9, 8, 7)))  # whose data is the same if it is interlaced
    header = dot[12:28] + b"\1"
    interlaced = dot[:12] + header + zlib.crc32(header).to_bytes(4, "big") + dot[33:]
    wide = encoded(Image.new("L", (20_000, 2)))

    for original in (interlaced, wide, pictures.stored_png(20, 16, 4, bytes(80))):
        assert isinstance(png.source(original).load((1, 1)), Image.Image)
    assert by_pillow(interlaced).getpixel((0, 0)) == (9, 8, 7)


# Verdicts


def stream(original: bytes) -> tuple[bytes, bytes]:
    """The file up to its data, and its data in one piece."""
    data = b"".join(original[start + 8 : end - 4] for kind, start, end in png_chunks.each(original) if kind == b"IDAT")
    return original[:33], data


def with_data(data: bytes, crc: bytes | None = None) -> bytes:
    opening, _ = stream(ORIGINALS["RGB"])
    chunk = pictures.chunk(b"IDAT", data)
    return opening + (chunk[:-4] + crc if crc else chunk) + pictures.chunk(b"IEND", b"")


DATA = stream(ORIGINALS["RGB"])[1]


@pytest.mark.parametrize(
    "data",
    [
        DATA[:-4] + bytes(4),
        DATA[: len(DATA) // 2],
        DATA[:-30],
        zlib.compress(zlib.decompress(DATA)[:-1]),
        b"",
    ],
    ids=["wrong checksum", "half of the data", "the end is missing", "a byte is missing", "no data"],
)
def test_damaged_pixels_are_damaged(data: bytes) -> None:
    assert refusal(with_data(data)).reason is Reason.DAMAGED


@pytest.mark.parametrize(
    "original",
    [
        with_data(DATA, crc=b"\1\2\3\4"),
        with_data(DATA[:-4]),
        with_data(DATA)[:-12],
        with_data(zlib.compress(zlib.decompress(DATA) + bytes(500))),
        with_data(DATA) + b"something else",
    ],
    ids=["checksum of a chunk", "no checksum", "no end", "more data than pixels", "something follows"],
)
def test_all_pixels_suffice(original: bytes) -> None:
    expected = pipeline.run(ORIGINALS["RGB"], WANTED, LIMITS).thumbnails

    assert pipeline.run(original, WANTED, LIMITS).thumbnails == expected


# What else the library could do

_LOADS = """
import ctypes, sys
from pathlib import Path
sys.path[:] = sys.argv[1:]
from importlib.util import find_spec
library = ctypes.CDLL(find_spec("_libvips").origin)
library.vips_init(b"test")
load = library.vips_image_new_from_file
load.restype, load.argtypes = ctypes.c_void_p, (ctypes.c_char_p,)
black = ctypes.c_void_p()
library.vips_black.argtypes = ctypes.POINTER(ctypes.c_void_p), ctypes.c_int, ctypes.c_int
library.vips_image_write_to_file.argtypes = ctypes.c_void_p, ctypes.c_char_p
library.vips_black(ctypes.byref(black), 9, 9, None)
library.vips_image_write_to_file(black, b"a.v", None)
svg = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9' height='9'/></svg>"
Path("a.svg").write_text(svg)
Path("a.pdf").write_text("%PDF-1.4 1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]>>endobj")
def opened():
    return sorted(path.name for path in Path().iterdir() if load(str(path).encode(), None))
print(*opened())
from thumbs.pipeline.readers import libvips
print(*opened())
print(library.vips_black(ctypes.byref(black), 9, 9, None))
"""


@LINUX
def test_nothing_but_png_can_be_loaded_or_made(tmp_path: Path) -> None:
    """A PDF never can, because its wheel has no reader of it. The others can before their operations are blocked."""
    (tmp_path / "a.gif").write_bytes(pictures.gif(9, 9))
    before, after, black = subprocess.run(
        [sys.executable, "-c", _LOADS, *sys.path], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout.splitlines()

    assert (before, after, black) == ("a.gif a.svg a.v", "", "-1")


@LINUX
@pytest.mark.parametrize(("format_", "mode"), [("PNG", "RGB"), ("PNG", "RGBA"), ("TIFF", "RGB")])
def test_a_large_picture_is_never_whole_in_memory(format_: str, mode: str) -> None:
    options: dict[str, Any] = {"compression": "packbits"} if format_ == "TIFF" else {"compress_level": 1}
    picture = pictures.photo(400, 300).convert(mode)
    picture.putpixel((0, 0), 0)
    original = pictures.encoded(picture.resize((4000, 3000), Image.Resampling.NEAREST), format_, **options)
    taken, threads = memory.taken(original, "small=160")

    assert taken < 2.5 * 4000 * 3000, "bytes; the picture alone would take 4 per pixel"
    assert threads == 1


@pytest.mark.parametrize(
    "original",
    [pictures.encoded(pictures.photo(*SIZE), "PNG"), pictures.encoded(pictures.photo(*SIZE), "TIFF")],
    ids=["PNG", "TIFF"],
)
def test_the_file_is_let_go_after_its_last_row(original: bytes) -> None:
    unread = sys.getrefcount(original)
    picture = rows(opened(identify(original), original))

    picture.read(0, SIZE[1] - 1)
    assert sys.getrefcount(original) > unread
    picture.read(SIZE[1] - 1, SIZE[1])
    assert sys.getrefcount(original) == unread
