"""GIF: the first frame, on its canvas."""

from io import BytesIO

from PIL import GifImagePlugin, Image

from thumbs.pipeline.readers import Source


def source(original: bytes) -> Source:
    image = GifImagePlugin.GifImageFile(BytesIO(original))

    def load(_: tuple[int, int]) -> Image.Image:
        image.load()
        return image

    return Source(image.size, load)
