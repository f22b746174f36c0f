"""HEIC and HEIF: libheif through pillow-heif, which gives the picture already turned and cropped."""

from io import BytesIO

from PIL import Image, ImageFile
from pillow_heif import HeifImageFile, options

from thumbs.errors import Reason, Rejected
from thumbs.pipeline import colour
from thumbs.pipeline.readers import Source, avif, isobmff

# The codings that pillow-heif's libheif decodes: HEVC.
_DECODED = {b"hvc1", b"hev1"}


def source(original: bytes) -> Source:
    """Raises Rejected (variant_not_supported) for what HEIF may hold and no decoder here reads."""
    facts = isobmff.facts(original)
    if facts.codec == b"av01":  # libavif reads it, if only the file says that it is AVIF
        return avif.source(isobmff.with_major_brand(original, b"avif"))
    if facts.codec not in _DECODED:
        _refuse(original, facts)
    options.DECODE_THREADS = 1  # threads cost memory and bring nothing to a function of one vCPU
    options.THUMBNAILS = options.DEPTH_IMAGES = options.AUX_IMAGES = False  # only the picture is parsed
    image: ImageFile.ImageFile = HeifImageFile(BytesIO(original))  # type: ignore[no-untyped-call]  # pillow-heif's
    size = image.size

    def load(_: tuple[int, int]) -> Image.Image:
        image.load()
        if image.size != size:  # how libheif answers to a file that ends early
            raise Rejected(Reason.DAMAGED, f"{size} announced, {image.size} decoded")
        return image

    profile = image.info.get("icc_profile") or _named(image.info.get("nclx_profile"))
    return Source(size, load, profile=profile, coded=facts.size)


def _named(nclx: dict[str, int] | None) -> colour.Profile | None:
    return colour.named(nclx["color_primaries"], nclx["transfer_characteristics"]) if nclx else None


def _refuse(original: bytes, facts: isobmff.Facts) -> None:
    """Raises Rejected when the file says well what it holds, and no decoder here reads that."""
    if facts.codec:
        what = f"pictures in {facts.codec!r}"
    elif isobmff.facts(original, moving=True).codec:
        what = "a sequence without a still"
    elif isobmff.major_brand(original) == b"mif3":
        what = "a picture in a box mini"
    else:
        return
    raise Rejected(Reason.VARIANT_NOT_SUPPORTED, f"HEIF of {what}")
