"""Pictures for tests, generated here: small functions that return the bytes of a file.

By default a picture has four quadrants, which show whether it is upright and has the right colours.

    red    green
    blue   white
"""

import random
import struct
import zlib
from functools import lru_cache
from io import BytesIO
from typing import Any, Protocol

from PIL import Image, ImageCms, ImageDraw
from pillow_heif import register_heif_opener

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 180, 60), (40, 60, 210), (255, 255, 255)
CLEAR = (0, 0, 0, 0)

# An orientation describes the way from the stored picture to the upright one; this is the way back.
_STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def quadrants(width: int, height: int) -> Image.Image:
    picture = Image.new("RGB", (width, height), WHITE)
    middle = width // 2, height // 2
    picture.paste(RED, (0, 0, *middle))
    picture.paste(GREEN, (middle[0], 0, width, middle[1]))
    picture.paste(BLUE, (0, middle[1], middle[0], height))
    return picture


def assert_quadrants(picture: Image.Image, tolerance: int = 12) -> None:
    shown = picture.convert("RGB")
    for x, y, colour in (
        (0.25, 0.25, RED),
        (0.75, 0.25, GREEN),
        (0.25, 0.75, BLUE),
        (0.75, 0.75, WHITE),
    ):
        pixel = shown.getpixel((int(x * shown.width), int(y * shown.height)))
        assert isinstance(pixel, tuple)
        assert all(abs(a - b) <= tolerance for a, b in zip(pixel, colour, strict=True)), f"{pixel} is not {colour}"


def photo(width: int, height: int, seed: int = 1) -> Image.Image:
    """Like a camera's picture: structure at every scale, hard edges, and noise in each pixel."""
    return _photo(width, height, seed).copy()


@lru_cache(4)  # tests in a row take the same ones, each of which takes a tenth of a second
def _photo(width: int, height: int, seed: int) -> Image.Image:
    chance = random.Random(seed)
    picture = Image.new("RGB", (width, height), (128, 128, 128))
    for octave in range(2, 11):
        size = max(1, width * 2**octave // 1024 or 2), max(1, height * 2**octave // 1024 or 2)
        if size[0] > width or size[1] > height:
            break
        layer = Image.frombytes("RGB", size, chance.randbytes(size[0] * size[1] * 3))
        picture = Image.blend(picture, layer.resize((width, height), Image.Resampling.BICUBIC), 0.75 / (octave - 0.5))
    draw = ImageDraw.Draw(picture)
    for _ in range(25):
        x, y = chance.randrange(width), chance.randrange(height)
        reach = 1 + chance.randrange(max(width, height) // 6 + 1)
        colour = tuple(chance.randrange(256) for _ in range(3))
        draw.ellipse((x - reach, y - reach // 2, x + reach, y + reach // 2), fill=colour)
        draw.line((x, y, chance.randrange(width), chance.randrange(height)), fill=colour[::-1], width=1 + reach // 40)
    tile = Image.frombytes("RGB", (256, 256), chance.randbytes(256 * 256 * 3))
    noise = Image.new("RGB", (width, height))
    for y in range(0, height, 256):
        for x in range(0, width, 256):
            noise.paste(tile, (x, y))
    return Image.blend(picture, noise, 0.06)


def encoded(picture: Image.Image, format_: str, **options: Any) -> bytes:
    """format_: Pillow's name, also HEIF."""
    if format_ == "HEIF":
        register_heif_opener()
    file = BytesIO()
    picture.save(file, format_, **options)
    return file.getvalue()


def exif(orientation: int) -> bytes:
    """EXIF with an orientation, valid or not, and a location that must not be published."""
    data = Image.Exif()
    data[0x0112] = orientation
    data[0x010E] = "SECRET"
    data.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    return data.tobytes()


class Maker(Protocol):
    """Makes files of one format. width, height: after orientation, which is stored in EXIF, in TIFF as a tag."""

    def __call__(
        self,
        width: int = 640,
        height: int = 480,
        orientation: int | None = None,
        picture: Image.Image | None = None,
        **options: Any,
    ) -> bytes: ...


def _maker(format_: str, **usual: Any) -> Maker:
    """usual: options that a caller may replace."""

    def make(
        width: int = 640,
        height: int = 480,
        orientation: int | None = None,
        picture: Image.Image | None = None,
        **options: Any,
    ) -> bytes:
        picture = picture or quadrants(width, height)
        stored = picture.transpose(_STORED[orientation]) if orientation in _STORED else picture
        return encoded(stored, format_, **{**usual, **_oriented(format_, orientation), **options})

    return make


def _oriented(format_: str, orientation: int | None) -> dict[str, Any]:
    """The option of the encoder that stores it."""
    if format_ == "TIFF":
        return {"tiffinfo": {274: orientation}} if orientation else {}
    return {} if orientation is None else {"exif": exif(orientation)}


jpeg = _maker("JPEG", quality=90)
png = _maker("PNG")
webp = _maker("WEBP", quality=90)
avif = _maker("AVIF", quality=90, speed=8)
tiff = _maker("TIFF")
heic = _maker("HEIF", quality=90)


def gif(width: int = 640, height: int = 480, picture: Image.Image | None = None, **options: Any) -> bytes:
    return encoded(picture or quadrants(width, height), "GIF", **options)


def bmp(width: int = 640, height: int = 480, picture: Image.Image | None = None) -> bytes:
    return encoded(picture or quadrants(width, height), "BMP")


def transparent(width: int, height: int) -> Image.Image:
    """The quadrants, with the white one transparent."""
    picture = quadrants(width, height).convert("RGBA")
    picture.paste(CLEAR, (width // 2, height // 2, width, height))
    return picture


def transparent_png(width: int = 640, height: int = 480) -> bytes:
    return png(picture=transparent(width, height))


def animated_gif(width: int = 320, height: int = 240, frames: int = 3) -> bytes:
    """Its first frame has the quadrants, the others are black."""
    others = [Image.new("RGB", (width, height), (level, 0, 0)) for level in range(frames - 1)]
    return gif(width, height, save_all=True, append_images=others, duration=100, loop=0)


def gray16_png(width: int, height: int, value: int) -> bytes:
    """One shade of 16-bit gray."""
    return png(picture=Image.new("I;16", (width, height), value))


def stored_png(side: int, depth: int, colour: int, row: bytes) -> bytes:
    """A square PNG that repeats one stored row: depth is bits per sample, colour the PNG's type."""
    header = struct.pack(">IIBBBBB", side, side, depth, colour, 0, 0, 0)
    data = zlib.compress((b"\0" + row) * side)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_chunk(original: bytes, kind: bytes, data: bytes) -> bytes:
    """A PNG with one more chunk after its header."""
    return original[:33] + chunk(kind, data) + original[33:]


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    """A WebP of these chunks: their names and contents."""
    content = b"WEBP" + b"".join(
        kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(content)) + content


def vp8x(flags: int, size: tuple[int, int]) -> tuple[bytes, bytes]:
    """The chunk VP8X, which says what a WebP has."""
    return b"VP8X", struct.pack("<I", flags) + b"".join((side - 1).to_bytes(3, "little") for side in size)


def segment(marker: int, content: bytes) -> bytes:
    """A segment of a JPEG. marker: its second byte."""
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def huge_png(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header declares that many pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(64))) + chunk(b"IEND", b"")
    )


def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
