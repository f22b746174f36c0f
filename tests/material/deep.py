"""Pictures whose colours need more than eight bits, and how far a thumbnail's pixel is off."""

import struct
import zlib
from io import BytesIO

from PIL import Image

from tests.material import pictures
from thumbs import formats, pipeline, sizes
from thumbs.pipeline import icc

Light = tuple[float, float, float]
SIDE = 64


def seen(original: bytes, quality: int = 98) -> tuple[int, ...]:
    """The colour in the middle of the thumbnail."""
    wanted = pipeline.Wanted(sizes.parse("a=32"), (formats.OUTPUTS["avif"],), quality, 50)
    made = Image.open(BytesIO(pipeline.run(original, wanted).thumbnails[0].content)).convert("RGBA")
    pixel = made.getpixel((made.width // 2, made.height // 2))
    assert isinstance(pixel, tuple)
    return pixel


def off(pixel: tuple[int, ...], colour: tuple[float, ...]) -> float:
    return max(abs(a - b) for a, b in zip(pixel, colour, strict=False))


def level(light: float) -> float:
    """sRGB from linear light (IEC 61966-2-1)."""
    light = min(1.0, max(0.0, light))
    return 255 * (12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055)


def light(level: float) -> float:
    value = level / 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def samples16(colour: int, *samples: float) -> bytes:
    """A square PNG of one colour, of 16 bits per sample, 0 to 1."""
    return pictures.stored_png(SIDE, 16, colour, struct.pack(f">{len(samples)}H", *map(code, samples)) * SIDE)


def code(sample: float) -> int:
    return round(65535 * min(1.0, max(0.0, sample)))


def with_profile(original: bytes, profile: bytes) -> bytes:
    return pictures.with_chunk(original, b"iCCP", b"x\0\0" + zlib.compress(profile))


def linear(chromaticities: icc.Chromaticities = icc.SRGB) -> bytes:
    return icc.profile(chromaticities, icc.gamma(1.0))


def gray_profile(curve: bytes) -> bytes:
    """GRAY, with this kTRC."""
    head = struct.pack(">I4xI", 144 + len(curve), 0x02400000) + b"mntrGRAYXYZ " + bytes(12) + b"acsp" + bytes(28)
    white = struct.pack(">III", 63190, 65536, 54061)
    return head + white + bytes(48) + struct.pack(">I4sII", 1, b"kTRC", 144, len(curve)) + curve
