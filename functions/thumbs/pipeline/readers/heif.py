"""HEIC and HEIF: libheif through pillow-heif, which gives the picture already turned and cropped."""

from io import BytesIO

from PIL import Image, ImageFile
from pillow_heif import HeifImageFile, options

from thumbs.errors import Reason, Rejected
from thumbs.pipeline import icc
from thumbs.pipeline.readers import Source


def source(original: bytes) -> Source:
    options.DECODE_THREADS = 1  # threads cost memory and bring nothing to a function of one vCPU
    options.THUMBNAILS = options.DEPTH_IMAGES = options.AUX_IMAGES = False  # only the picture is parsed
    image: ImageFile.ImageFile = HeifImageFile(BytesIO(original))  # type: ignore[no-untyped-call]  # pillow-heif's
    size = image.size

    def load(_: tuple[int, int]) -> Image.Image:
        image.load()
        if image.size != size:  # how libheif answers to a file that ends early
            raise Rejected(Reason.DAMAGED, f"{size} announced, {image.size} decoded")
        return image

    return Source(size, load, profile=image.info.get("icc_profile") or _named(image.info.get("nclx_profile")))


def _named(nclx: dict[str, int] | None) -> bytes | None:
    return icc.of_cicp(nclx["color_primaries"], nclx["transfer_characteristics"]) if nclx else None
