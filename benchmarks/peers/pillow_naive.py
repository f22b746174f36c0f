"""Pillow as most people write it: open, turn upright, a copy and thumbnail() for each size."""

from io import BytesIO

from PIL import Image, ImageOps, __version__
from pillow_heif import register_heif_opener

from benchmarks.peers import EFFORT, QUALITY, SIDES

register_heif_opener()
Image.MAX_IMAGE_PIXELS = None


def thumbnails(original: bytes) -> list[bytes]:
    picture = ImageOps.exif_transpose(Image.open(BytesIO(original)))
    made = []
    for side in SIDES:
        thumbnail = picture.copy()
        thumbnail.thumbnail((side, side), Image.Resampling.LANCZOS)
        made.append(webp(thumbnail))
    return made


def webp(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "WEBP", quality=QUALITY, method=EFFORT)
    return file.getvalue()


def version() -> str:
    return f"Pillow {__version__}"
