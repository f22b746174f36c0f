"""JPEG, also with a gain map or further pictures behind the first (MPO): libjpeg-turbo through Pillow."""

from io import BytesIO

from PIL import Image, JpegImagePlugin

from thumbs.pipeline import orient
from thumbs.pipeline.readers import Source, jpeg_scans


class _Jpeg(JpegImagePlugin.JpegImageFile):
    def _read_dpi_from_exif(self) -> None:
        """Nothing: Pillow would parse all of EXIF for a resolution that nobody asks for."""


def source(original: bytes) -> Source:
    jpeg_scans.check(original)
    image = _Jpeg(BytesIO(original))

    def load(at_least: tuple[int, int]) -> Image.Image:
        # libjpeg-turbo decodes to 1/2, 1/4 or 1/8 for a fraction of the time, and to that fraction of the memory.
        image.draft(None, at_least)
        image.load()
        return image

    return Source(
        image.size,
        load,
        orientation=orient.of_exif(image.info.get("exif", b"")),
        profile=image.info.get("icc_profile"),
    )
