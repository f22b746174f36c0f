"""GIF: the first frame, on its canvas."""

import copy  # noqa: F401  which Pillow imports with the second frame, too late for the sandbox
from collections.abc import Iterator
from io import BytesIO

from PIL import GifImagePlugin, Image

from thumbs.pipeline.metadata import Block
from thumbs.pipeline.readers import Source

EXTENSION, IMAGE = 0x21, 0x2C
_COMMENT, _APPLICATION, _MAX_METADATA = b"\xfe", b"\xff", 50
LOOPS = {b"NETSCAPE2.0", b"ANIMEXTS1.0"}  # applications that say how often it is repeated
_PROFILE = b"ICCRGBG1012"
# The count is capped; beyond 1,000 it no longer matters.
_MAX_FRAMES = 1000


def source(original: bytes) -> Source:
    image = GifImagePlugin.GifImageFile(BytesIO(original))

    def load(_: tuple[int, int]) -> Image.Image:
        frame = image.tile[0].extents if image.tile else None
        image.load()
        if frame in {None, (0, 0, *image.size)} or "transparency" in image.info:
            return image
        return _on_nothing(image, frame)

    frames, metadata = _blocks(original)
    return Source(image.size, load, frames=max(1, frames), metadata=metadata)


def _on_nothing(image: Image.Image, frame: tuple[int, int, int, int] | None) -> Image.Image:
    """The picture with transparency around its frame, as in browsers, which ignore the background colour."""
    picture = image.convert("RGB")
    alpha = Image.new("L", image.size, 0)
    alpha.paste(255, frame)
    picture.putalpha(alpha)
    return picture


def _blocks(original: bytes) -> tuple[int, tuple[Block, ...]]:
    """Counts frames by their headers, without decoding any, and finds comments and XMP."""
    frames = 0
    metadata: list[Block] = []
    for kind, start, end in blocks(original):
        if kind == IMAGE:
            frames += 1
            if frames == _MAX_FRAMES:
                break
        elif len(metadata) < _MAX_METADATA:
            metadata += _metadata(original[start + 1 : end])
    return frames, tuple(metadata)


def blocks(original: bytes) -> Iterator[tuple[int, int, int]]:
    """Each picture and extension (GIF89a, appendix F), with its start and end, until something else comes."""
    at = 13 + table(original, 10)
    while at < len(original):
        start, kind = at, original[at]
        if kind == IMAGE:
            at += 11 + table(original, at + 9)
        elif kind == EXTENSION:
            at += 2
        else:
            return
        while at < len(original) and original[at]:  # sub-blocks, until an empty one
            at += 1 + original[at]
        at += 1
        yield kind, start, at


def _metadata(extension: bytes) -> Iterator[Block]:
    """extension: its label, then its sub-blocks. XMP is stored without sub-blocks of its own (XMP, part 3, 1.1.2)."""
    if extension[:1] == _COMMENT and extension[2:].strip(b" \0"):
        yield Block("comments")
    elif extension[2:13] == b"XMP DataXMP":
        yield Block("xmp", extension[13:])
    elif extension[:1] == _APPLICATION and extension[2:13] not in {*LOOPS, _PROFILE}:
        yield Block("other")


def table(original: bytes, flags: int) -> int:
    """Bytes of the colour table that the descriptor at that offset declares."""
    packed = original[flags] if flags < len(original) else 0
    return 3 << (packed & 7) + 1 if packed & 0x80 else 0
