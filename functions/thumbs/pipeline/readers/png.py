"""PNG and the still of an APNG: the decoder of Pillow, on a file from which all it need not read is left out."""

from collections.abc import Iterator
from io import BytesIO
from zlib import decompressobj

from PIL import Image, PngImagePlugin

from thumbs.errors import Reason, Rejected
from thumbs.pipeline import orient
from thumbs.pipeline.readers import Source

_SIGNATURE = 8
# What pixels need. Text, which may be a decompression bomb, animation, which may claim 2**31 frames, and metadata are
# left out before any decoder sees the file.
_NEEDED = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
# Of an uncompressed colour profile. The largest in use, of printing presses, have 2 to 4 MB.
_MAX_PROFILE = 8 * 2**20
# Encoders write data chunks of 8 KB and more; 20 MB of them are 2,500.
_MAX_CHUNKS = 100_000


def source(original: bytes) -> Source:
    kept = [original[:_SIGNATURE]]
    orientation, profile, frames = 1, None, 0
    for kind, start, end in _chunks(original):
        if kind in _NEEDED:
            kept.append(original[start:end])
        elif kind == b"eXIf":
            orientation = orient.of_exif(original[start + 8 : end - 4])
        elif kind == b"iCCP":
            profile = _profile(original[start + 8 : end - 4])
        elif kind == b"fcTL":
            frames += 1
    image = PngImagePlugin.PngImageFile(BytesIO(b"".join(kept)))

    def load(_: tuple[int, int]) -> Image.Image:
        image.load()
        return image

    return Source(image.size, load, orientation=orientation, profile=profile, frames=max(1, frames))


def _chunks(original: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Each chunk's type, and where it starts and ends, its length and checksum included."""
    at = _SIGNATURE
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


def _profile(chunk: bytes) -> bytes | None:
    """name, 0, method 0, and the profile compressed; None when it is broken or a bomb."""
    _, _, rest = chunk.partition(b"\0")
    unpack = decompressobj()
    try:
        profile = unpack.decompress(rest[1:], _MAX_PROFILE)
    except Exception:  # zlib.error: a broken profile is no reason to refuse a good picture
        return None
    return profile if unpack.eof else None
