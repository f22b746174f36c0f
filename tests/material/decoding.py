"""What a reader decodes, at once or in rows, and what Pillow decodes instead."""

from io import BytesIO

from PIL import Image

from thumbs.pipeline import colour
from thumbs.pipeline.readers import Source
from thumbs.pipeline.rows import Rows


def decoded(source: Source, size: tuple[int, int]) -> Image.Image:
    """The picture, at once or in rows. size: the smallest that is needed."""
    picture = source.load(size)
    return picture.whole() if isinstance(picture, Rows) else picture


def decoded_at_once(source: Source, size: tuple[int, int]) -> Image.Image:
    """size: the smallest that is needed."""
    picture = source.load(size)
    assert isinstance(picture, Image.Image)
    return picture


def rows(source: Source) -> Rows:
    picture = source.load((1, 1))
    assert isinstance(picture, Rows)
    return picture


def by_pillow(original: bytes) -> Image.Image:
    """The picture as Pillow decodes the file, in a mode that can be resized."""
    return colour.plain(Image.open(BytesIO(original)))
