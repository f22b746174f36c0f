"""The classes of input: one file each, created when it is first needed and kept in .cache/benchmarks.

All but the screenshot are 4:3, so that every contender produces the same 640x480 and qualities can be compared.
"""

import hashlib
import shutil
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops
from pillow_heif import register_heif_opener

from benchmarks import pictures

CACHE = Path(__file__).resolve().parent.parent / ".cache" / "benchmarks"

Size = tuple[int, int]


@dataclass(frozen=True)
class Input:
    """One class. size: in pixels. make: the bytes of a file of that size. about: what the file is like."""

    name: str
    suffix: str
    size: Size
    make: Callable[[Size], bytes]
    about: str

    @property
    def megapixels(self) -> float:
        return self.size[0] * self.size[1] / 1e6

    def path(self) -> Path:
        """The file, created if it does not exist yet, or was created by another version of this code."""
        path = CACHE / "inputs" / _version() / f"{self.name}{self.suffix}"
        if not path.exists():
            for outdated in path.parent.parent.glob("*") if not path.parent.exists() else ():
                shutil.rmtree(outdated)
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_suffix(".unfinished")
            unfinished.write_bytes(self.make(self.size))
            unfinished.rename(path)
        return path


@cache
def _version() -> str:
    here = Path(__file__)
    return hashlib.sha256(here.read_bytes() + here.with_name("pictures.py").read_bytes()).hexdigest()[:12]


@lru_cache(1)
def _photo(size: Size) -> Image.Image:
    return pictures.photo(*size)


def encoded(picture: Image.Image, format_: str, **options: Any) -> bytes:
    """format_: Pillow's name for it, or HEIF."""
    if format_ == "HEIF":
        register_heif_opener()
    file = BytesIO()
    picture.save(file, format_, **options)
    return file.getvalue()


def jpeg(size: Size) -> bytes:
    return encoded(_photo(size), "JPEG", quality=92)  # 4:2:0, like a camera's


def progressive(size: Size) -> bytes:
    return encoded(_photo(size), "JPEG", quality=92, progressive=True)


def png(size: Size) -> bytes:
    return encoded(_photo(size), "PNG")


def rgba(size: Size) -> bytes:
    return encoded(pictures.cutout(*size), "PNG")


def screenshot(size: Size) -> bytes:
    return encoded(pictures.screenshot(*size), "PNG", optimize=True)


def png_16_bit(size: Size) -> bytes:
    """RGB of 16 bits per channel, which Pillow does not write. The lower byte is noise, like a sensor's.

    Every line is filtered as its difference to the one above (filter 2 of PNG 3, 9.2).
    """
    width, height = size
    high = _photo(size).tobytes()
    pixels = bytearray(2 * len(high))
    pixels[0::2] = high
    pixels[1::2] = ImageChops.offset(_photo(size), 7, 3).tobytes()
    lines = Image.frombuffer("L", (6 * width, height), bytes(pixels), "raw", "L", 0, 1)
    above = ImageChops.offset(lines, 0, 1)
    above.paste(0, (0, 0, lines.width, 1))
    difference = ImageChops.subtract_modulo(lines, above)
    filtered = Image.new("L", (lines.width + 1, height), 2)
    filtered.paste(difference, (1, 0))
    header = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", zlib.compress(filtered.tobytes(), 6)), (b"IEND", b""))
    )


def webp(size: Size) -> bytes:
    return encoded(_photo(size), "WEBP", quality=85, method=2)


def avif(size: Size) -> bytes:
    return encoded(_photo(size), "AVIF", quality=70, speed=9)


def heic(size: Size) -> bytes:
    return encoded(_photo(size), "HEIF", quality=55, enc_params={"preset": "superfast"})


def tiff(size: Size) -> bytes:
    return encoded(_photo(size), "TIFF", compression="tiff_lzw")


def gif(size: Size) -> bytes:
    """An animation: the class "gif" counts its first frame."""
    return _animated([frame.quantize(128) for frame in _panned(size)], "GIF")


def gif_recording(size: Size) -> bytes:
    """Little changes from frame to frame, as on a screen: a window moves across the picture."""
    screen, window = pictures.screenshot(*size), _photo((size[0] // 4, size[1] // 4))
    frames = [screen.copy() for _ in range(_RECORDED)]
    for step, frame in enumerate(frames):
        frame.paste(window, (size[0] // 4 + step * size[0] // (4 * _RECORDED), size[1] // 3))
    colours = frames[0].quantize(255)  # the same in all frames, so that what does not move does not change
    return _animated([frame.quantize(palette=colours, dither=Image.Dither.NONE) for frame in frames], "GIF")


def webp_animated(size: Size) -> bytes:
    return _animated(_panned(size), "WEBP", quality=85, method=2)


def png_animated(size: Size) -> bytes:
    return _animated(_panned(size), "PNG")


def _panned(size: Size) -> list[Image.Image]:
    """Everything changes in every frame, as when a camera turns."""
    return [ImageChops.offset(_photo(size), 8 * step, 0) for step in range(_PANNED)]


def _animated(frames: list[Image.Image], format_: str, **options: Any) -> bytes:
    return encoded(frames[0], format_, save_all=True, append_images=frames[1:], duration=_DURATION, loop=0, **options)


_PANNED, _RECORDED = 12, 48  # frames
_DURATION = 80  # milliseconds
_2, _4, _12, _24, _48, _100 = (1632, 1224), (2304, 1728), (4000, 3000), (5664, 4248), (8000, 6000), (11520, 8640)

CLASSES = {
    one.name: one
    for one in (
        Input("jpeg-2", ".jpg", _2, jpeg, "a messenger's JPEG"),
        Input("jpeg-12", ".jpg", _12, jpeg, "a phone's JPEG"),
        Input("jpeg-24", ".jpg", _24, jpeg, "a camera's JPEG"),
        Input("jpeg-48", ".jpg", _48, jpeg, "a recent phone's JPEG at full resolution"),
        Input("jpeg-100", ".jpg", _100, jpeg, "a JPEG of 100 megapixels"),
        Input("progressive-12", ".jpg", _12, progressive, "a progressive JPEG"),
        Input("progressive-48", ".jpg", _48, progressive, "a large progressive JPEG"),
        Input("png-rgb", ".png", _12, png, "a photograph as PNG"),
        Input("png-rgba", ".png", _4, rgba, "a cut-out with soft edges as PNG"),
        Input("png-screenshot", ".png", (2880, 1800), screenshot, "a screenshot"),
        Input("png-16bit", ".png", _4, png_16_bit, "a PNG of 16 bits a channel"),
        Input("webp", ".webp", _12, webp, "a photograph as WebP"),
        Input("avif", ".avif", _12, avif, "a photograph as AVIF"),
        Input("heic", ".heic", _12, heic, "a phone's HEIC"),
        Input("tiff", ".tif", _12, tiff, "a photograph as TIFF, compressed with LZW"),
        Input("gif", ".gif", (960, 720), gif, "an animation of 12 frames"),
    )
}

ANIMATIONS = {
    one.name: one
    for one in (
        Input("gif-pan", ".gif", (960, 720), gif, f"a GIF of {_PANNED} frames that change everywhere"),
        Input("gif-recording", ".gif", (960, 720), gif_recording, f"a GIF of {_RECORDED} frames that change little"),
        Input("webp-pan", ".webp", (960, 720), webp_animated, f"a WebP of {_PANNED} frames that change everywhere"),
        Input("apng-pan", ".png", (960, 720), png_animated, f"an APNG of {_PANNED} frames that change everywhere"),
    )
}
