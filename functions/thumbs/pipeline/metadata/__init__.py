"""Which kinds of metadata an original carries, for the receipt in its manifest: thumbnails carry none.

The readers collect the blocks of metadata that their containers hold; here each block is classified. Nothing of a
block's content leaves this package, only the kinds. Blocks are untrusted: what cannot be read counts as `other`, and
never stops a conversion.
"""

import struct
import zlib
from collections.abc import Callable, Iterable
from itertools import islice
from typing import NamedTuple

from thumbs.picture import KINDS
from thumbs.pipeline.metadata import exif, iptc, text, xmp

# Files have about ten blocks; a JPEG with a large extended XMP has 100.
_MOST_BLOCKS = 200

_READ: dict[str, Callable[[bytes], set[str]]] = {
    "exif": exif.kinds,
    "xmp": xmp.kinds,
    "iptc": iptc.kinds,
    "photoshop": iptc.of_photoshop,
    "png_text": text.of_png,
}


class Block(NamedTuple):
    """form: a key of _READ, or a kind if the block is of that kind whatever it contains."""

    form: str
    content: bytes = b""


def kinds(blocks: Iterable[Block]) -> tuple[str, ...]:
    """The kinds in these blocks, in the order of KINDS."""
    found: set[str] = set()
    for block in islice(blocks, _MOST_BLOCKS):
        found |= _of(block)
    return tuple(kind for kind in KINDS if kind in found)


def _of(block: Block) -> set[str]:
    if block.form not in _READ:
        return {block.form}
    try:
        return _READ[block.form](block.content)
    except (struct.error, LookupError, ValueError, zlib.error):
        return {"other"}
