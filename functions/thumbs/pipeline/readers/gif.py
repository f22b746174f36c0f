"""GIF: the first frame, on its canvas."""

from io import BytesIO

from PIL import GifImagePlugin, Image

from thumbs.pipeline.readers import Source

_EXTENSION, _IMAGE = 0x21, 0x2C
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

    return Source(image.size, load, frames=max(1, _frames(original)))


def _on_nothing(image: Image.Image, frame: tuple[int, int, int, int] | None) -> Image.Image:
    """The picture with transparency around its frame, as in browsers, which ignore the background colour."""
    picture = image.convert("RGB")
    alpha = Image.new("L", image.size, 0)
    alpha.paste(255, frame)
    picture.putalpha(alpha)
    return picture


def _frames(original: bytes) -> int:
    """Counts frames by their headers (GIF89a, appendix F), without decoding any."""
    frames, at = 0, 13 + _table(original, 10)
    while frames < _MAX_FRAMES and at < len(original):
        if original[at] == _IMAGE:
            frames += 1
            at += 11 + _table(original, at + 9)
        elif original[at] == _EXTENSION:
            at += 2
        else:
            break
        while at < len(original) and original[at]:  # sub-blocks, until an empty one
            at += 1 + original[at]
        at += 1
    return frames


def _table(original: bytes, flags: int) -> int:
    """Bytes of the colour table that the descriptor at that offset declares."""
    packed = original[flags] if flags < len(original) else 0
    return 3 << (packed & 7) + 1 if packed & 0x80 else 0
