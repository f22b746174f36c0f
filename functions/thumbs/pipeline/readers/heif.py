"""HEIC and HEIF: libheif through pillow-heif, which returns the picture already turned and cropped."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from PIL import Image, ImageChops, ImageFile
from pillow_heif import HeifFile, HeifImageFile, options

from thumbs.errors import Reason, Rejected
from thumbs.pipeline import colour
from thumbs.pipeline.readers import Source, avif, deep, hevc, isobmff, isobmff_references

# The codings that pillow-heif's libheif decodes: HEVC.
_DECODED = {b"hvc1", b"hev1"}
# Memory for pictures of more than 8 bits, decoded in 16: libheif's copy, pillow-heif's, and two of Pillow's.
_DEEP_BYTES_PER_PIXEL = {"RGB": 17.0, "RGBA": 28.0}


def source(original: bytes) -> Source:
    """Raises Rejected (variant_not_supported) for what HEIF may contain and no decoder here reads."""
    facts = isobmff.facts(original)
    if facts.codec == b"av01":  # libavif could read it if the file declared itself as AVIF
        return avif.source(isobmff.with_major_brand(original, b"avif"))
    if facts.codec not in _DECODED or facts.is_tone_mapped:
        _refuse(original, facts)
    options.DECODE_THREADS = 1  # threads cost memory and gain nothing on one vCPU
    options.THUMBNAILS = options.DEPTH_IMAGES = options.AUX_IMAGES = False  # parse only the picture
    with _understood():
        try:
            image = _opened(original)
        except SyntaxError:
            original = isobmff_references.without(original)
            image = _opened(original)
    size = image.size
    icc_profile = image.info.get("icc_profile")
    cicp = _cicp(facts, image.info.get("nclx_profile"))
    profile = icc_profile or (colour.named(*cicp) if cicp else None)
    meant = None
    bits = image.info.get("bit_depth", 8)
    if bits > 8 and image.mode in {"RGB", "RGBA"}:
        meant = deep.of_profile(icc_profile) if icc_profile else deep.of_cicp(*cicp) if cicp else None

    def load(wanted: tuple[int, int]) -> Image.Image:
        with _understood():
            made = _in_srgb(original, meant, bits, wanted, size) if meant else image
            made.load()
        if not meant and made.size != size:
            raise _damaged(size, made.size)
        return made

    return Source(
        size,
        load,
        profile=None if meant else profile,
        bytes_per_pixel=_DEEP_BYTES_PER_PIXEL[image.mode] if meant else None,
        coded=facts.size,
        metadata=isobmff.metadata(original, image.info),
    )


def _opened(original: bytes) -> ImageFile.ImageFile:
    return HeifImageFile(BytesIO(original))  # type: ignore[no-untyped-call]  # pillow-heif's


def _in_srgb(
    original: bytes, meant: deep.Deep, bits: int, wanted: tuple[int, int], size: tuple[int, int]
) -> Image.Image:
    """For more than 8 bits, which libheif would truncate."""
    file = HeifFile(BytesIO(original), convert_hdr_to_8bit=False)  # type: ignore[no-untyped-call]
    primary = file[file.primary_index]
    pixels, mode, stride = memoryview(primary.data), primary.mode.partition(";")[0], primary.stride
    if primary.size != size:
        raise _damaged(size, primary.size)

    # pillow-heif appends zeros to 10 and 12 bits. White has 16 ones, so the first bits are repeated instead.
    repeated = [upper >> (bits - 8) for upper in range(256)] * len(mode)

    def part(box: deep.Box) -> deep.Part:
        _, top, width, bottom = box
        rows = pixels[top * stride : bottom * stride]
        upper, lower = (
            Image.frombytes(mode, (width, bottom - top), rows, "raw", f"{mode};{order}", stride)
            for order in ("16L", "16B")  # in 16L the upper byte is the second
        )
        return deep.of_halves(upper, ImageChops.add(lower, upper.point(repeated)))((0, 0, *upper.size))

    return deep.to_srgb(primary.size, part, meant, wanted)


@contextmanager
def _understood() -> Iterator[None]:
    """Raises Rejected (variant_not_supported) for the features and brands that libheif calls unsupported."""
    try:
        yield
    except (SyntaxError, ValueError, RuntimeError) as error:
        if str(error).startswith("Unsupported"):
            raise Rejected(Reason.VARIANT_NOT_SUPPORTED, str(error)) from error
        raise


def _damaged(announced: tuple[int, int], decoded: tuple[int, int]) -> Rejected:
    """libheif's result for a file that ends early."""
    return Rejected(Reason.DAMAGED, f"{announced} announced, {decoded} decoded")


def _cicp(facts: isobmff.Facts, nclx: dict[str, int] | None) -> tuple[int, int] | None:
    """The colours that the container declares, or else the stream."""
    if nclx:
        return nclx["color_primaries"], nclx["transfer_characteristics"]
    return hevc.cicp(bytes(facts.properties.get(b"hvcC", b"")))


def _refuse(original: bytes, facts: isobmff.Facts) -> None:
    """Raises Rejected if the file is valid, but no decoder here reads its content."""
    if facts.is_tone_mapped:
        what = "a picture that is made by a gain map"
    elif facts.codec:
        what = f"pictures in {facts.codec!r}"
    elif isobmff.facts(original, moving=True).codec:
        what = "a sequence without a still"
    elif isobmff.major_brand(original) == b"mif3":
        what = "a picture in a box mini"
    else:
        return
    raise Rejected(Reason.VARIANT_NOT_SUPPORTED, f"HEIF of {what}")
