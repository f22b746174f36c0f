"""HEIC and HEIF: libheif through pillow-heif, which gives the picture already turned and cropped."""

from io import BytesIO

from PIL import Image
from pillow_heif import HeifImageFile, options

from thumbs.errors import Reason, Rejected
from thumbs.pipeline.readers import Source


def source(original: bytes) -> Source:
    options.DECODE_THREADS = 1  # threads cost memory and bring nothing to a function of one vCPU
    options.THUMBNAILS = options.DEPTH_IMAGES = options.AUX_IMAGES = False  # only the picture is parsed
    image = HeifImageFile(BytesIO(original))
    size = image.size

    def load(_: tuple[int, int]) -> Image.Image:
        image.load()
        if image.size != size:  # how libheif answers to a file that ends early
            raise Rejected(Reason.DAMAGED, f"{size} announced, {image.size} decoded")
        return image

    return Source(size, load, profile=image.info.get("icc_profile"))
