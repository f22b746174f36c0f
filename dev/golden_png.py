"""The golden pictures in PNG that Pillow cannot write."""

import struct
import zlib

from PIL import Image


def in_16_bits(picture: Image.Image) -> bytes:
    """16 bits per channel in RGB, which Pillow cannot write (PNG specification, 11.2)."""
    line = picture.width * 3
    pixels = picture.tobytes()
    rows = b"".join(
        b"\0" + bytes(level for level in pixels[at : at + line] for _ in (0, 1)) for at in range(0, len(pixels), line)
    )
    return _png(*picture.size, depth=16, data=rows)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header declares that many pixels."""
    return _png(width, height, depth=8, data=bytes(64))


def _png(width: int, height: int, depth: int, data: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(data, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )
