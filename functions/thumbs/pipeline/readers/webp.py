"""WebP."""

from io import BytesIO

from PIL import Image, WebPImagePlugin

from thumbs.pipeline import orient
from thumbs.pipeline.readers import Source


def source(original: bytes) -> Source:
    image = WebPImagePlugin.WebPImageFile(BytesIO(original))

    def load(_: tuple[int, int]) -> Image.Image:
        image.load()
        return image

    return Source(
        image.size,
        load,
        orientation=orient.of_exif(image.info.get("exif", b"")),
        profile=image.info.get("icc_profile"),
        frames=image.n_frames,
    )
