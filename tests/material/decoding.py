"""What a reader decodes, at once or in rows."""

from PIL import Image

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
