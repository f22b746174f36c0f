"""JPEG, also with a gain map or further pictures after the first (MPO): libjpeg-turbo through Pillow."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from PIL import Image, JpegImagePlugin

from thumbs.errors import Reason, Rejected
from thumbs.pipeline import orient
from thumbs.pipeline.metadata import Block
from thumbs.pipeline.readers import Source, jpeg_scaled, jpeg_scans
from thumbs.pipeline.readers.jpeg_lookahead import lookahead
from thumbs.pipeline.rows import Picture, Rows

_EOI = b"\xff\xd9"
_DNL = b"\xff\xdc\0\4"  # with its length
_GARBAGE = b"\0"  # between two markers

# Segments with metadata, by marker: form and beginning; no form if they only describe the pixels. (JFIF 1.02; EXIF
# 2.32; XMP, part 3; CIPA DC-007; ISO 21496-1.)
_JFIF, _THUMBNAIL_SIZE = b"JFIF\0", slice(12, 14)  # its width and height
_OTHER = "other", b""
_UNKNOWN = (_OTHER,)
_SEGMENTS = {
    "COM": (("comments", b""),),
    "APP0": (("", _JFIF), ("previews", b"JFXX\0"), _OTHER),
    "APP1": (
        ("", b"Exif\0\0"),
        ("xmp", b"http://ns.adobe.com/xap/1.0/\0"),
        ("xmp", b"http://ns.adobe.com/xmp/extension/\0"),
        _OTHER,
    ),
    "APP2": (("", b"ICC_PROFILE\0"), ("previews", b"MPF\0"), ("", b"urn:iso:std:iso:ts:21496:-1\0"), _OTHER),
    "APP12": (("", b"Ducky"), ("camera", b"[picture info]"), _OTHER),
    "APP13": (("photoshop", b"Photoshop 3.0\0"), _OTHER),
    "APP14": (("", b"Adobe"), _OTHER),
}
_BLANK = b" \0\r\n"
_RESOURCE = b"8BIM"  # the beginning of each of Photoshop's


class _Jpeg(JpegImagePlugin.JpegImageFile):
    def _read_dpi_from_exif(self) -> None:
        """Does nothing: Pillow would parse all of EXIF for a resolution that is not used."""


def source(original: bytes) -> Source:
    layout = jpeg_scans.layout(original, assuming=True)
    if not layout.size[1]:
        original = _with_height(original, layout)
        layout = jpeg_scans.layout(original)
    image = _Jpeg(BytesIO(original))

    def load(at_least: tuple[int, int]) -> Picture:
        try:
            return loaded(image, layout, at_least)
        except _EndsElsewhereError as found:
            return loaded(_Jpeg(BytesIO(original)), found.layout, at_least)

    def loaded(image: _Jpeg, layout: jpeg_scans.Layout, at_least: tuple[int, int]) -> Picture:
        if not layout.scans or not layout.complete:
            raise Rejected(Reason.DAMAGED, "a JPEG whose scans leave out something visible")
        # libjpeg-turbo decodes to 1/2, 1/4 or 1/8 in a fraction of the time, with that fraction of the memory.
        image.draft(None, at_least)
        divisor, _ = image.decoderconfig or (1, 0)
        if pixels := jpeg_scaled.decoded(image, original, layout):
            _check_headers(image, memoryview(original)[: layout.scans[0].data])
            return Rows(pixels.mode, pixels.size, pixels.read, decoded=pixels)
        if not _decoded(image, original, jpeg_scans.early(original, layout, divisor), layout) or (
            not layout.at_once and jpeg_scans.lacks_restarts(original, layout)
        ):
            raise Rejected(Reason.DAMAGED, "a JPEG whose last scan ends early")
        return image

    return Source(
        image.size,
        load,
        orientation=orient.of_exif(image.info.get("exif", b"")),
        profile=image.info.get("icc_profile"),
        metadata=tuple(_metadata(image)),
        divides=True,
    )


def _metadata(image: _Jpeg) -> Iterator[Block]:
    """From the segments before the first scan. Photoshop's resources continue in a segment that does not begin with one
    (as ExifTool and Photoshop read them)."""
    resources: list[list[bytes]] = []
    if exif := image.info.get("exif"):  # which may be split into several segments
        yield Block("exif", exif)
    for marker, content in image.applist:
        form, start = next((known for known in _SEGMENTS.get(marker, _UNKNOWN) if content.startswith(known[1])), _OTHER)
        rest = content[len(start) :]
        if form == "photoshop":
            if rest.startswith(_RESOURCE) or not resources:
                resources.append([])
            resources[-1].append(rest)
        elif form and rest.strip(_BLANK):
            yield Block(form, rest)
        elif start == _JFIF and all(content[_THUMBNAIL_SIZE]):
            yield Block("previews")
    yield from (Block("photoshop", b"".join(pieces)) for pieces in resources)


def _with_height(original: bytes, layout: jpeg_scans.Layout) -> bytes:
    """The same file with the height in its frame header, if a segment after the first scan contains it (DNL, T.81
    B.2.5). Returns other files unchanged."""
    after = layout.scans[0].end if layout.scans else 0
    if original[after : after + 4] != _DNL:
        return original
    height = layout.frame + 5
    return b"".join((original[:height], original[after + 4 : after + 6], original[height + 2 :]))


class _EndsElsewhereError(Exception):
    """A scan does not end where it was assumed to end."""

    def __init__(self, layout: jpeg_scans.Layout):
        super().__init__()
        self.layout = layout


def _decoded(image: _Jpeg, original: bytes, data: bytes | memoryview, layout: jpeg_scans.Layout) -> bool:
    """Decodes the picture; False if its data ends early. data: the file up to the end of its last scan.

    A decoder that asks for more has met no marker in data, so the scan ends where it was assumed to end. Otherwise the
    data is searched, and _EndsElsewhereError is raised if a marker is in it.

    libjpeg-turbo fills missing data in front of a marker with gray, and only emits a warning, which Pillow does not
    pass on. So it gets no marker: if it asks for more when only the lookahead is left, data is missing.
    (docs/decisions/imaging-jpeg-ends.md)
    """
    with _decoder(image) as decoder:
        if layout.arithmetic:  # it cannot be interrupted, and may end early: zeros would follow
            return layout.ended and _ends(*decoder.decode(bytes(data) + _EOI))
        used, error = decoder.decode(data)
        if used < 0 and layout.assumed:
            searched = jpeg_scans.layout(original)
            if not searched.scans or searched.scans[-1].end != layout.scans[-1].end:
                raise _EndsElsewhereError(searched)
        if used >= 0:
            rest = bytes(data[used:]) + lookahead(layout.scans[-1].table)
            used, error = decoder.decode(rest)
            if not layout.at_once:
                # All rows come at the end. The decoder skips everything up to a marker between scans, nothing in scans.
                if used < len(rest) or decoder.decode(_GARBAGE)[0] < len(_GARBAGE):
                    return False
                used, error = decoder.decode(_EOI)
        return _ends(used, error)


def _check_headers(image: _Jpeg, headers: memoryview) -> None:
    """Raises OSError if libjpeg-turbo does not accept them. image: is not decoded."""
    with _decoder(image) as decoder:
        _ends(*decoder.decode(headers))


@contextmanager
def _decoder(image: _Jpeg) -> Iterator[Any]:
    """libjpeg-turbo, which decodes into the image. Afterwards, the image no longer holds the file."""
    image.load_prepare()
    codec, extents, _, args = image.tile[0]
    decoder = Image._getdecoder(image.mode, codec, args, image.decoderconfig)
    try:
        decoder.setimage(image.im, extents)
        yield decoder
    finally:
        decoder.cleanup()
        image.tile, image.fp = [], None


def _ends(used: int, error: int) -> bool:
    """Whether this result of a Pillow decoder means that the picture is complete. Raises OSError if it is broken."""
    if error < 0:
        raise OSError(f"the decoder answers {error}")
    return used < 0
