"""The chunks of a PNG (PNG 3, 5.3)."""

import struct
from collections.abc import Iterator
from zlib import crc32

from thumbs.errors import Reason, Rejected

SIGNATURE = 8  # bytes before the first chunk
_GRAY, _RGB = 0, 2
_SAMPLES = {_GRAY: 1, _RGB: 3}  # of a pixel, for the colour types that may have one transparent colour
_MAX_PALETTE = 256
# Encoders write data chunks of 8 KB and more; 20 MB of them are 2,500.
_MAX_CHUNKS = 100_000


def each(original: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Each chunk's type, start and end, including its length and checksum."""
    at = SIGNATURE
    for _ in range(_MAX_CHUNKS):
        kind = original[at + 4 : at + 8]
        if len(kind) < 4:
            return
        end = at + 12 + int.from_bytes(original[at : at + 4], "big")
        yield kind, at, end
        if kind == b"IEND":
            return
        at = end
    raise Rejected(Reason.TOO_COMPLEX, f"a PNG of more than {_MAX_CHUNKS} chunks")


def made(kind: bytes, content: bytes | memoryview) -> bytes:
    """A chunk with its length and checksum."""
    checksum = crc32(content, crc32(kind))
    return b"".join((struct.pack(">I", len(content)), kind, content, struct.pack(">I", checksum)))


def transparency(content: bytes, depth: int, colour: int) -> bytes:
    """The chunk tRNS in the form that Pillow needs, or nothing. Pillow compares it with pixels that already have 8
    bits, so gray with fewer bits is scaled to 8. RGB with 16 bits is compared by `source`. A chunk of a wrong length is
    ignored, as in libpng.
    """
    if (depth, colour) == (16, _RGB):
        return b""
    if colour in _SAMPLES:
        if len(content) != 2 * _SAMPLES[colour]:
            return b""
        samples = struct.unpack(f">{_SAMPLES[colour]}H", content)
        if depth < 8:
            samples = tuple((sample % 2**depth) * 255 // (2**depth - 1) for sample in samples)
        content = struct.pack(f">{len(samples)}H", *samples)
    elif len(content) > _MAX_PALETTE:
        return b""
    return made(b"tRNS", content) if content else b""
