"""The references between the items of AVIF and HEIC (box iref; ISO/IEC 14496-12, 8.11.12).

Programs that remove thumbnails, gain maps or metadata leave references to them behind. libheif then rejects a picture
that needs none of these; libavif rejects one whose EXIF is broken.
"""

import struct
from collections.abc import Collection

from thumbs.pipeline.readers import isobmff

DESCRIPTIONS = frozenset({b"cdsc"})  # from EXIF and XMP to what they describe
_NO_REFERENCE = b"free"  # a type that means nothing here
_MOST = 20_000


def without(original: bytes, kinds: Collection[bytes] = ()) -> bytes:
    """The same file without references to items that do not exist, and without those of these kinds.

    The file itself if there are none, or if its boxes cannot be read.
    """
    made = bytearray(original)
    try:
        meta = isobmff.boxes_of_meta(memoryview(made))
        items = isobmff.types_of(meta).keys()
        references = meta[b"iref"]
        width = 4 if references[0] else 2
        at = 4
        for _ in range(_MOST):
            size, kind, count = struct.unpack_from(f">I4s{width}xH", references, at)
            targets = struct.unpack_from(f">{count}{'I' if width == 4 else 'H'}", references, at + 10 + width)
            if kind in kinds or not items >= set(targets):
                references[at + 4 : at + 8] = _NO_REFERENCE
            at += max(8, size)
    except (struct.error, LookupError):  # also after the last reference
        pass
    return bytes(made)
