"""AVIF: libavif through Pillow."""

from io import BytesIO

from PIL import AvifImagePlugin, Image, TiffImagePlugin  # noqa: F401  which Pillow reads EXIF with, and imports too late

from thumbs.errors import Reason, Rejected
from thumbs.pipeline import colour, orient
from thumbs.pipeline.readers import Source, aperture, av1, isobmff, isobmff_references

# The largest picture that libavif decodes (AVIF_DEFAULT_IMAGE_SIZE_LIMIT); for larger ones it reports "parsing failed".
_MAX_PIXELS = 16384 * 16384
# libavif's messages for pictures that it understands but does not decode: matrices in a limited range, depths (avif.c).
_NOT_SUPPORTED = "Reformat failed", "Not implemented", "No codec available", "Unsupported depth"
# Pictures that libavif does not make: by a gain map, from several layers, or as a copy of another one.
_NOT_MADE = {b"tmap", b"iovl", b"iden"}
_CONFIGURATION = 4  # bytes of the box av1C before the OBUs in it (AV1 in ISOBMFF, 2.3.3)


def source(original: bytes) -> Source:
    # If a file has a track, libavif shows it, unless the major brand says that the file is a still. If the major brand
    # promises a track that does not exist, libavif shows nothing.
    if isobmff.major_brand(original) == b"avis" and not isobmff.has_tracks(original):
        original = isobmff.with_major_brand(original, b"avif")
    facts = isobmff.facts(original, moving=isobmff.major_brand(original) != b"avif")
    if facts.size and facts.size[0] * facts.size[1] > _MAX_PIXELS:
        raise Rejected(Reason.TOO_MANY_PIXELS, f"an AVIF of {facts.size}", limit=_MAX_PIXELS // 1_000_000)
    if facts.item in _NOT_MADE:
        raise Rejected(Reason.VARIANT_NOT_SUPPORTED, f"an AVIF whose picture is made by {facts.item!r}")
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # threads cost memory and gain nothing on one vCPU
    try:
        image = AvifImagePlugin.AvifImageFile(BytesIO(original))
    except (SyntaxError, ValueError):
        original = _bare(original)
        image = AvifImagePlugin.AvifImageFile(BytesIO(original))
    coded = image.size
    # If the size differs from the container's, Pillow has already cropped the picture.
    hides = b"clap" in facts.properties and coded == facts.size
    visible = aperture.box(facts.properties[b"clap"], coded) if hides else None

    def load(_: tuple[int, int]) -> Image.Image:
        try:
            image.load()
        except RuntimeError as error:
            if str(error).endswith(_NOT_SUPPORTED):
                raise Rejected(Reason.VARIANT_NOT_SUPPORTED, str(error)) from error
            raise
        return image.crop(visible) if visible else image

    # Pillow translates the container's rotation and mirror, which follow the aperture (MIAF, 7.3.6.7), into an EXIF
    # orientation, and ignores the file's own EXIF orientation.
    return Source(
        (visible[2] - visible[0], visible[3] - visible[1]) if visible else coded,
        load,
        orientation=orient.of_exif(image.info.get("exif", b"")),
        profile=image.info.get("icc_profile") or _named(facts),
        frames=image.n_frames,
        coded=coded,
        metadata=isobmff.metadata(original, image.info),
    )


def _bare(original: bytes) -> bytes:
    """Without what the picture does not need, and libavif rejects it for: broken EXIF, or the brand of gain maps in a
    file that has none."""
    end = int.from_bytes(original[:4], "big")
    brands = original[:end].replace(b"tmap", b"miaf")
    return isobmff_references.without(brands + original[end:], isobmff_references.DESCRIPTIONS)


def _named(facts: isobmff.Facts) -> colour.Profile | None:
    """The profile of the colours that the container declares, or else the stream (AVIF 1.1, 2.2.1)."""
    configuration = bytes(facts.properties.get(b"av1C", b""))[_CONFIGURATION:]
    cicp = facts.cicp or av1.cicp(configuration) or av1.cicp(facts.data)
    return colour.named(*cicp) if cicp else None
