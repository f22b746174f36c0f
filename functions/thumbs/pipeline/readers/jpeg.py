"""JPEG, also with a gain map or further pictures after the first (MPO): libjpeg-turbo through Pillow."""

from io import BytesIO

from PIL import Image, JpegImagePlugin

from thumbs.errors import Reason, Rejected
from thumbs.pipeline import orient
from thumbs.pipeline.readers import Source, jpeg_scans
from thumbs.pipeline.readers.jpeg_lookahead import lookahead

_EOI = b"\xff\xd9"
_GARBAGE = b"\0"  # between two markers


class _Jpeg(JpegImagePlugin.JpegImageFile):
    def _read_dpi_from_exif(self) -> None:
        """Does nothing: Pillow would parse all of EXIF for a resolution that nobody needs."""


def source(original: bytes) -> Source:
    layout = jpeg_scans.layout(original)
    if not layout.size[1]:
        original = jpeg_scans.with_height(original, layout)
        layout = jpeg_scans.layout(original)
    image = _Jpeg(BytesIO(original))

    def load(at_least: tuple[int, int]) -> Image.Image:
        if not layout.scans or not layout.complete:
            raise Rejected(Reason.DAMAGED, "a JPEG without a scan for all that shows")
        # libjpeg-turbo decodes to 1/2, 1/4 or 1/8 in a fraction of the time, with that fraction of the memory.
        image.draft(None, at_least)
        divisor, _ = image.decoderconfig or (1, 0)
        if not _decoded(image, jpeg_scans.early(original, layout, divisor), layout) or (
            not layout.at_once and jpeg_scans.lacks_restarts(original, layout)
        ):
            raise Rejected(Reason.DAMAGED, "a JPEG whose last scan ends early")
        return image

    return Source(
        image.size,
        load,
        orientation=orient.of_exif(image.info.get("exif", b"")),
        profile=image.info.get("icc_profile"),
    )


def _decoded(image: _Jpeg, data: bytes | memoryview, layout: jpeg_scans.Layout) -> bool:
    """Decodes the picture; False if its data ends early. data: the file up to the end of its last scan.

    libjpeg-turbo fills missing data in front of a marker with gray, and only emits a warning, which Pillow does not
    pass on. So it gets no marker: if it asks for more when only the lookahead is left, data is missing.
    (docs/decisions/imaging-jpeg-ends.md)
    """
    image.load_prepare()
    codec, extents, _, args = image.tile[0]
    decoder = Image._getdecoder(image.mode, codec, args, image.decoderconfig)
    try:
        decoder.setimage(image.im, extents)
        if layout.arithmetic:  # it cannot be interrupted, and may end early: zeros would follow
            return layout.ended and _ends(*decoder.decode(bytes(data) + _EOI))
        used, error = decoder.decode(data)
        if used >= 0:
            rest = bytes(data[used:]) + lookahead(layout.scans[-1].table)
            used, error = decoder.decode(rest)
            if not layout.at_once:
                # All rows come at the end. The decoder skips everything up to a marker between scans, nothing in scans.
                if used < len(rest) or decoder.decode(_GARBAGE)[0] < len(_GARBAGE):
                    return False
                used, error = decoder.decode(_EOI)
        return _ends(used, error)
    finally:
        decoder.cleanup()
        image.tile = []


def _ends(used: int, error: int) -> bool:
    """Whether this result of a Pillow decoder means that the picture is complete. Raises OSError if it is broken."""
    if error < 0:
        raise OSError(f"the decoder answers {error}")
    return used < 0
