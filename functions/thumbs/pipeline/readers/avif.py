"""AVIF: libavif through Pillow."""

from io import BytesIO

from PIL import AvifImagePlugin, Image

from thumbs.pipeline import orient
from thumbs.pipeline.readers import Source


def source(original: bytes) -> Source:
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # threads cost memory and bring nothing to a function of one vCPU
    image = AvifImagePlugin.AvifImageFile(BytesIO(original))

    def load(_: tuple[int, int]) -> Image.Image:
        image.load()
        return image

    # Pillow says in EXIF's terms what the container's rotation and mirror say; what EXIF itself said does not count.
    return Source(
        image.size,
        load,
        orientation=orient.of_exif(image.info.get("exif", b"")),
        profile=image.info.get("icc_profile"),
        frames=image.n_frames,
    )
