"""OpenCV: a JPEG decoded at the smallest sufficient scale, then INTER_AREA, each size from the one before."""

from importlib import import_module
from io import BytesIO
from typing import Any

from PIL import Image

from benchmarks.peers import SIDES
from benchmarks.peers.pillow_naive import webp

cv: Any = import_module("cv2")
numpy: Any = import_module("numpy")
cv.setNumThreads(1)


def thumbnails(original: bytes) -> list[bytes]:
    picture = _decoded(original)
    made = []
    for side in SIDES:
        scale = min(1.0, side / max(picture.shape[:2]))
        size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
        picture = cv.resize(picture, size, interpolation=cv.INTER_AREA)
        made.append(_webp(picture))
    return made


def _decoded(original: bytes) -> Any:
    """In 8 bits; alpha is kept, but mixed incorrectly: OpenCV has no premultiplied resize."""
    if original[:3] == b"\xff\xd8\xff":
        with Image.open(BytesIO(original)) as header:  # OpenCV cannot read a size without decoding
            smallest = max(header.size) // SIDES[0]
        mode = next((mode for factor, mode in _REDUCED if factor <= smallest), cv.IMREAD_COLOR)
    else:
        mode = cv.IMREAD_UNCHANGED
    picture = cv.imdecode(numpy.frombuffer(original, numpy.uint8), mode)
    if picture is None:
        raise ValueError("cannot decode this format")
    return cv.convertScaleAbs(picture, alpha=1 / 257) if picture.dtype == numpy.uint16 else picture


_REDUCED = ((8, cv.IMREAD_REDUCED_COLOR_8), (4, cv.IMREAD_REDUCED_COLOR_4), (2, cv.IMREAD_REDUCED_COLOR_2))


def _webp(picture: Any) -> bytes:
    """Encoded by Pillow, because OpenCV cannot set the encoder's effort."""
    order = cv.COLOR_BGRA2RGBA if picture.shape[2] == 4 else cv.COLOR_BGR2RGB
    return webp(Image.fromarray(cv.cvtColor(picture, order)))


def version() -> str:
    return f"OpenCV {cv.__version__}"
