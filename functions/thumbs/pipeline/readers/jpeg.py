"""JPEG, also with a gain map or further pictures behind the first (MPO): libjpeg-turbo through Pillow."""

from io import BytesIO

from PIL import Image, JpegImagePlugin

from thumbs.pipeline import orient
from thumbs.pipeline.readers import Source, jpeg_scans


class _Jpeg(JpegImagePlugin.JpegImageFile):
    def _read_dpi_from_exif(self) -> None:
        """Nothing: Pillow would parse all of EXIF for a resolution that nobody asks for."""


def source(original: bytes) -> Source:
    scans = jpeg_scans.scans(original)
    header = _Jpeg(BytesIO(original))
    size = header.size

    def load(at_least: tuple[int, int]) -> Image.Image:
        # libjpeg-turbo decodes to 1/2, 1/4 or 1/8 for a fraction of the time, and to that fraction of the memory.
        header.draft(None, at_least)
        divisor, _ = header.decoderconfig or (1, 0)
        needed = jpeg_scans.early(original, scans, divisor)
        if needed is original:
            image = header
        else:
            image = _Jpeg(BytesIO(needed))
            image.draft(None, at_least)
        image.load()
        return image

    return Source(
        size,
        load,
        orientation=orient.of_exif(header.info.get("exif", b"")),
        profile=header.info.get("icc_profile"),
    )
