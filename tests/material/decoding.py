"""What a reader decodes at once, instead of in rows."""

from PIL import Image

from thumbs.pipeline.readers import Source


def decoded_at_once(source: Source, size: tuple[int, int]) -> Image.Image:
    """size: the smallest that is needed."""
    picture = source.load(size)
    assert isinstance(picture, Image.Image)
    return picture
