"""A sequential JPEG at a quarter or an eighth of its size, with the pixels of libjpeg-turbo in 50 to 70 % of its time
(docs/decisions/imaging-jpeg-scaled.md).

layers/imaging/jpeg_scaled.zig decodes. It refuses whatever is unusual or damaged, about which libjpeg-turbo decides.
Where it is not installed, libjpeg-turbo decodes everything.
"""

import struct
from collections.abc import Callable
from importlib import import_module

from PIL import JpegImagePlugin

from thumbs.pipeline.packed import Bytes
from thumbs.pipeline.readers import jpeg_scans

_SIDES = {8: 1, 4: 2}  # samples that remain of each 8, by what the width is divided by
_HEADER = struct.Struct("=3H4B")  # width, height, MCUs between restarts; components, blocks across and down in an MCU
_COMPONENT = struct.Struct("64s272s272s")  # quantization, row by row; codes of the DC coefficient, and of the others
_MOST_COMPONENTS = 3
_SAMPLINGS = {(1, 1), (2, 1), (1, 2), (2, 2)}  # of luma, where chroma has (1, 1)
_YCBCR = [1, 2, 3]  # JFIF's identifiers. With others, libjpeg may take the components for red, green and blue.
_TRANSFORMED = 1  # what Adobe's segment says of YCbCr

_Decode = Callable[[memoryview, memoryview, bytes], bool]
try:
    _decode: _Decode | None = import_module("_jpeg_scaled").decode
except ImportError:
    _decode = None


def decoded(image: JpegImagePlugin.JpegImageFile, original: bytes, layout: jpeg_scans.Layout) -> Bytes | None:
    """None if libjpeg-turbo has to decode it. image: its mode and its reduced size."""
    divisor, _ = image.decoderconfig or (1, 0)
    if _decode is None or divisor not in _SIDES or not layout.at_once or layout.arithmetic:
        return None
    scan = layout.scans[0]
    try:
        picture = _described(image, layout, _SIDES[divisor])
    except (KeyError, ValueError):  # a table is missing, or has values of 16 bits
        return None
    pixels = Bytes(image.mode, image.size)
    with pixels.writable() as writable:
        complete = _decode(writable, memoryview(original)[scan.data : scan.end], picture)
    return pixels if complete else None


def _described(image: JpegImagePlugin.JpegImageFile, layout: jpeg_scans.Layout, side: int) -> bytes:
    """The headers in the decoder's form. Raises KeyError and ValueError."""
    scan = layout.scans[0]
    identifiers = [identifier for identifier, *_ in image.layer]
    samplings = [(across, down) for _, across, down, _ in image.layer]
    if list(scan.components) != identifiers:
        raise ValueError("components in another order than in the frame")
    if image.mode == "L":
        samplings = [(1, 1)]  # an MCU of a single component is one block (T.81, A.2.2)
    elif (
        image.mode != "RGB" or identifiers != _YCBCR or image.info.get("adobe_transform", _TRANSFORMED) != _TRANSFORMED
    ):
        raise ValueError("other colours than gray and YCbCr")
    if samplings[0] not in _SAMPLINGS or {*samplings[1:]} - {(1, 1)}:
        raise ValueError("an unusual sampling")
    components = b"".join(
        _COMPONENT.pack(
            bytes(image.quantization[table]),
            layout.tables[selector >> 4],
            layout.tables[jpeg_scans.AC | selector & 15],
        )
        for (*_, table), selector in zip(image.layer, scan.selectors, strict=True)
    )
    header = _HEADER.pack(*layout.size, scan.restarts, len(identifiers), *samplings[0], side)
    return header + components.ljust(_MOST_COMPONENTS * _COMPONENT.size, b"\0")
