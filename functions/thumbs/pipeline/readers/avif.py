"""AVIF: libavif through Pillow."""

from io import BytesIO

from PIL import AvifImagePlugin, Image

from thumbs.errors import Reason, Rejected
from thumbs.pipeline import icc, orient
from thumbs.pipeline.readers import Source, isobmff

# What libavif agrees to decode (AVIF_DEFAULT_IMAGE_SIZE_LIMIT); to anything larger it says "parsing failed".
_MAX_PIXELS = 16384 * 16384


def source(original: bytes) -> Source:
    facts = isobmff.facts(original)
    if facts.size and facts.size[0] * facts.size[1] > _MAX_PIXELS:
        raise Rejected(Reason.TOO_MANY_PIXELS, f"an AVIF of {facts.size}", limit=_MAX_PIXELS // 1_000_000)
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # threads cost memory and bring nothing to a function of one vCPU

    def load(_: tuple[int, int]) -> Image.Image:
        image.load()
        return image

    image = AvifImagePlugin.AvifImageFile(BytesIO(original))
    # Pillow says in EXIF's terms what the container's rotation and mirror say; what EXIF itself said does not count.
    return Source(
        image.size,
        load,
        orientation=orient.of_exif(image.info.get("exif", b"")),
        profile=image.info.get("icc_profile") or (icc.of_cicp(*facts.cicp) if facts.cicp else None),
        frames=image.n_frames,
    )
