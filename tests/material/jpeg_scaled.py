"""What the decoder of JPEGs at a quarter or an eighth makes of a file, and what libjpeg-turbo makes of it."""

from io import BytesIO
from unittest.mock import patch

from PIL import Image

from tests.material.decoding import decoded
from thumbs import formats
from thumbs.errors import Rejected
from thumbs.pipeline import readers
from thumbs.pipeline.readers import jpeg, jpeg_scaled, jpeg_scans

JPEG = next(accepted for accepted in formats.INPUTS if accepted.name == "JPEG")
# The picture's mode, size and pixels, or why there is none.
Outcome = tuple[str, tuple[int, int], bytes] | str
EIGHTH, QUARTER = 8, 4
DIVISORS = EIGHTH, QUARTER


def smallest(original: bytes, divisor: int) -> tuple[int, int]:
    """The size that lets libjpeg-turbo divide width and height by divisor."""
    with Image.open(BytesIO(original)) as image:
        return max(1, image.width // divisor), max(1, image.height // divisor)


def headers(original: bytes, divisor: int = EIGHTH) -> tuple[jpeg._Jpeg, jpeg_scans.Layout]:
    image = jpeg._Jpeg(BytesIO(original))
    image.draft(None, smallest(original, divisor))
    assert image.decoderconfig == (divisor, 0)
    return image, jpeg_scans.layout(original, assuming=True)


def pixels(original: bytes, divisor: int = EIGHTH) -> bytes | None:
    assert jpeg_scaled._decode, "it is not compiled: make .venv/native.stamp"
    image, layout = headers(original, divisor)
    found = jpeg_scaled.decoded(image, original, layout)
    return found.tobytes() if found else None


def outcome(original: bytes, divisor: int = EIGHTH) -> Outcome:
    try:
        source = readers.opened(JPEG, original)
        with readers.decoding():
            made = decoded(source, (source.size[0] // divisor or 1, source.size[1] // divisor or 1))
            return made.mode, made.size, made.tobytes()
    except Rejected as refusal:
        return str(refusal)


def by_libjpeg(original: bytes, divisor: int = EIGHTH) -> Outcome:
    """The outcome where the decoder is not installed."""
    with patch.object(jpeg_scaled, "_decode", None):
        return outcome(original, divisor)
