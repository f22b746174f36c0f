"""Pillow as most people write it: open, turn upright, a copy and thumbnail() for each size."""

from io import BytesIO
from typing import Any

from PIL import Image, ImageOps, ImageSequence, __version__
from pillow_heif import register_heif_opener

from benchmarks.peers import EFFORT, QUALITY, SIDES

register_heif_opener()
Image.MAX_IMAGE_PIXELS = None


def thumbnails(original: bytes) -> list[bytes]:
    picture = ImageOps.exif_transpose(Image.open(BytesIO(original)))
    return [webp(_thumbnail(picture, side)) for side in SIDES]


def animations(original: bytes) -> list[bytes]:
    with Image.open(BytesIO(original)) as picture:
        frames, durations = [], []
        for frame in ImageSequence.Iterator(picture):
            frames.append(frame.convert("RGBA" if frame.has_transparency_data else "RGB"))
            durations.append(frame.info["duration"])
    made = []
    for side in SIDES:
        first, *others = [_thumbnail(frame, side) for frame in frames]
        made.append(webp(first, save_all=True, append_images=others, duration=durations, loop=0))
    return made


def _thumbnail(picture: Image.Image, side: int) -> Image.Image:
    thumbnail = picture.copy()
    thumbnail.thumbnail((side, side), Image.Resampling.LANCZOS)
    return thumbnail


def webp(picture: Image.Image, **options: Any) -> bytes:
    file = BytesIO()
    picture.save(file, "WEBP", quality=QUALITY, method=EFFORT, **options)
    return file.getvalue()


def version() -> str:
    return f"Pillow {__version__}"
