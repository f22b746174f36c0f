"""TIFF: the first directory only, whatever follows it or leads back to it. Pillow gives the picture already turned."""

from io import BytesIO

from PIL import Image, TiffImagePlugin

from thumbs.pipeline.readers import Source


def source(original: bytes) -> Source:
    image = TiffImagePlugin.TiffImageFile(BytesIO(original))

    def load(_: tuple[int, int]) -> Image.Image:
        image.load()
        return image

    return Source(image.size, load, profile=image.info.get("icc_profile"))
