"""Kinds of metadata in IPTC's records (IIM 4.2), and in Photoshop's resources, which contain them."""

import struct
from collections.abc import Iterator

from thumbs.pipeline.metadata import xmp

_MOST = 2000  # records, or resources

# Datasets of record 2.
_KINDS = {
    **dict.fromkeys((26, 27, 90, 92, 95, 100, 101), "location"),
    # By-line, its title, credit, source, copyright, contact, writer
    **dict.fromkeys((80, 85, 110, 115, 116, 118, 122), "people"),
    # Name, category, keywords, instructions, headline, caption
    **dict.fromkeys((5, 15, 20, 25, 40, 105, 120), "comments"),
    **dict.fromkeys((30, 35, 55, 60, 62, 63), "time"),
    **dict.fromkeys((65, 70), "software"),
}
_VERSION = 0

# With this bit, the length is that of another length, which follows (IIM 4.2, extended datasets).
_EXTENDED, _MOST_COUNT = 0x8000, 8

IPTC, XMP, _THUMBNAILS = 0x0404, 0x0424, {0x0409, 0x040C}


def kinds(records: bytes) -> set[str]:
    return {
        _KINDS.get(dataset, "other")
        for record, dataset, content in datasets(records)
        if record == 2 and dataset != _VERSION and content is not None
    }


def datasets(records: bytes) -> Iterator[tuple[int, int, bytes | None]]:
    """The number of each record and dataset, and its content, as far as it is there; None if it is empty."""
    at = 0
    for _ in range(_MOST):
        if records[at : at + 1] != b"\x1c" or at + 5 > len(records):
            break
        record, dataset, length = struct.unpack_from(">BBH", records, at + 1)
        at += 5
        if length & _EXTENDED:
            count = length & ~_EXTENDED
            if count > _MOST_COUNT:
                break
            length = int.from_bytes(records[at : at + count], "big")
            at += count
        yield record, dataset, records[at : at + length] if length else None
        at += length


def of_photoshop(block: bytes) -> set[str]:
    found: set[str] = set()
    for identifier, content in resources(block):
        if identifier == IPTC:
            found |= kinds(content)
        elif identifier == XMP:
            found |= xmp.kinds(content)
        elif identifier in _THUMBNAILS:
            found.add("previews")
    return found


def resources(block: bytes) -> Iterator[tuple[int, bytes]]:
    """Image resource blocks (Adobe Photoshop file formats specification, "Image Resource Blocks")."""
    at = 0
    for _ in range(_MOST):
        if block[at : at + 4] != b"8BIM" or at + 7 > len(block):
            break
        (identifier,) = struct.unpack_from(">H", block, at + 4)
        at += 6 + (1 + block[at + 6] + 1) // 2 * 2  # a name, padded to an even length
        if at + 4 > len(block):
            break
        (length,) = struct.unpack_from(">I", block, at)
        yield identifier, block[at + 4 : at + 4 + length]
        at += 4 + (length + 1) // 2 * 2
