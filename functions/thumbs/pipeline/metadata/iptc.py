"""Kinds of metadata in IPTC's records (IIM 4.2), and in Photoshop's resources, which contain them."""

import struct

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

_IPTC, _XMP, _THUMBNAILS = 0x0404, 0x0424, {0x0409, 0x040C}


def kinds(records: bytes) -> set[str]:
    found, at = set(), 0
    for _ in range(_MOST):
        if records[at : at + 1] != b"\x1c" or at + 5 > len(records):
            break
        record, dataset, length = struct.unpack_from(">BBH", records, at + 1)
        at += 5 + length
        if record == 2 and dataset != _VERSION and length:
            found.add(_KINDS.get(dataset, "other"))
    return found


def of_photoshop(resources: bytes) -> set[str]:
    """The kinds in image resource blocks (Adobe Photoshop file formats specification, "Image Resource Blocks")."""
    found: set[str] = set()
    at = 0
    for _ in range(_MOST):
        if resources[at : at + 4] != b"8BIM" or at + 7 > len(resources):
            break
        (identifier,) = struct.unpack_from(">H", resources, at + 4)
        at += 6 + (1 + resources[at + 6] + 1) // 2 * 2  # a name, padded to an even length
        if at + 4 > len(resources):
            break
        (length,) = struct.unpack_from(">I", resources, at)
        content = resources[at + 4 : at + 4 + length]
        at += 4 + (length + 1) // 2 * 2
        if identifier == _IPTC:
            found |= kinds(content)
        elif identifier == _XMP:
            found |= xmp.kinds(content)
        elif identifier in _THUMBNAILS:
            found.add("previews")
    return found
