"""BMP."""

from io import BytesIO

from PIL import BmpImagePlugin, Image

from thumbs.pipeline.readers import Source


def source(original: bytes) -> Source:
    image = BmpImagePlugin.BmpImageFile(BytesIO(original))

    def load(_: tuple[int, int]) -> Image.Image:
        image.load()
        return image

    return Source(image.size, load)
